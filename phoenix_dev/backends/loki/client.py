"""Loki's HTTP interface: paths, parameters, and entries page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import PhoenixDevError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phoenix_dev.backends.http import Backend
    from phoenix_dev.backends.windows import Window

#: Loki gives no more entries than this at once (`max_entries_limit_per_query`, its default).
PAGE = 5000
_QUERY_RANGE = "/loki/api/v1/query_range"
#: Labels and structured metadata each by itself, not in one map.
_APART = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as Loki keeps it: its stream's labels, and its own structured metadata. Time in Unix nanoseconds."""

    time_ns: int
    line: str
    labels: Mapping[str, str]
    metadata: Mapping[str, str]

    def key(self) -> int:
        """What tells it from every other line: Loki keeps no second one with all of this the same."""
        stream, metadata = frozenset(self.labels.items()), frozenset(self.metadata.items())
        return hash((self.time_ns, self.line, stream, metadata))


class LokiClient:
    """What Loki is asked. Every method raises NotReady when it does not answer as it should."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def oldest_first(self, query: str, window: Window) -> Iterator[Entry]:
        """Every entry of a window, by time, those of one time and stream as they arrived."""
        first, last = window
        seen: set[int] = set()
        while True:
            page = self._page(query, (first, last), PAGE, "forward")
            for entry in page:
                if entry.key() not in seen:
                    yield entry
            if len(page) < PAGE:
                return
            first, seen = self._turn(page, page[-1].time_ns)

    def newest_first(self, query: str, window: Window, most: int | None = None) -> Iterator[Entry]:
        """The same from the end, those of one time and stream the last to arrive first. `most` is how many are wanted:
        no more are fetched than that at once.
        """
        first, last = window
        seen: set[int] = set()
        size = PAGE if most is None else min(PAGE, max(1, most))
        while True:
            page = self._page(query, (first, last), size, "backward")
            for entry in page:
                if entry.key() not in seen:
                    yield entry
            if len(page) < size:
                return
            size = PAGE
            last, seen = self._turn(page, page[-1].time_ns)

    def counts(self, query: str, window: Window, step_s: int) -> list[tuple[dict[str, str], list[tuple[int, float]]]]:
        """A metric query at every step of a window: labels, and (Unix nanoseconds, value), of each series."""
        form = {
            "query": query,
            "start": str(window[0]),
            "end": str(window[1]),
            "step": str(step_s),
        }
        found = self.backend.post_json(_QUERY_RANGE, form)
        with self.backend.understanding(_QUERY_RANGE):
            return [
                (
                    dict(series["metric"]),
                    [(round(float(at) * 1000) * 10**6, float(value)) for at, value in series["values"]],
                )
                for series in found["data"]["result"]
            ]

    def _page(self, query: str, window: Window, most: int, direction: str) -> list[Entry]:
        form = {
            "query": query,
            "start": str(window[0]),
            "end": str(window[1] + 1),  # Loki leaves out the end
            "limit": str(most),
            "direction": direction,
        }
        found = self.backend.post_json(_QUERY_RANGE, form, _APART)
        with self.backend.understanding(_QUERY_RANGE):
            entries = [entry for stream in found["data"]["result"] for entry in _entries(stream)]
        return sorted(entries, key=lambda entry: entry.time_ns, reverse=direction == "backward")

    def _turn(self, page: list[Entry], at: int) -> tuple[int, set[int]]:
        """From which time the next page goes on, and what of that time was on this one."""
        if len(page) >= PAGE and page[0].time_ns == at:
            raise PhoenixDevError(
                f"Loki at {self.backend.base_url} keeps {len(page)} lines or more that bear one and the same time "
                f"({at} ns), and gives no more of them",
                hint="phoenix-dev logs --service NAME",
            )
        return at, {entry.key() for entry in page if entry.time_ns == at}


def _entries(stream: Any) -> Iterator[Entry]:
    labels = {str(key): str(value) for key, value in stream["stream"].items()}
    for time_ns, line, *more in stream["values"]:
        metadata = more[0].get("structuredMetadata") or {} if more else {}
        yield Entry(int(time_ns), str(line), labels, {str(key): str(value) for key, value in metadata.items()})
