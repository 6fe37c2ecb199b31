"""Prometheus' HTTP interface: paths, parameters and raw answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.backends.http import Backend
    from phoenix_dev.backends.windows import Window

_QUERY = "/api/v1/query"
_QUERY_RANGE = "/api/v1/query_range"
_NAMES = "/api/v1/label/__name__/values"


@dataclass(frozen=True, slots=True)
class Series:
    """Labels, and samples by time: (Unix nanoseconds, value)."""

    labels: Mapping[str, str]
    samples: tuple[tuple[int, float], ...]


class PrometheusClient:
    """What Prometheus is asked. Every method raises NotReady when it does not answer as it should."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def samples(self, selector: str, window: Window) -> list[Series]:
        """The samples themselves of every series that a selector names, of a window."""
        first, last = window
        # A range excludes its beginning (Prometheus 3), and times are kept in milliseconds.
        milliseconds = -(-(last - first) // 10**6) + 1
        form = {"query": f"{selector}[{milliseconds}ms]", "time": _seconds(last)}
        return self._series(_QUERY, form)

    def steps(self, query: str, window: Window, step_s: int) -> list[Series]:
        """A query at every step of a window."""
        form = {"query": query, "start": _seconds(window[0]), "end": _seconds(window[1]), "step": str(step_s)}
        return self._series(_QUERY_RANGE, form)

    def names(self, selector: str, window: Window) -> list[str]:
        """The names of the series that a selector names and that have a sample in a window."""
        form = {"match[]": selector, "start": _seconds(window[0]), "end": _seconds(window[1])}
        found = self.backend.get_json(_NAMES, form)
        with self.backend.understanding(_NAMES):
            return [str(name) for name in found["data"]]

    def _series(self, path: str, form: dict[str, str]) -> list[Series]:
        found = self.backend.post_json(path, form)
        with self.backend.understanding(path):
            return [_series(one) for one in found["data"]["result"]]


def _series(one: Any) -> Series:
    labels = {str(key): str(value) for key, value in one["metric"].items()}
    return Series(labels, tuple((round(float(at) * 1000) * 10**6, float(value)) for at, value in one.get("values", ())))


def _seconds(time_ns: int) -> str:
    return f"{time_ns // 10**9}.{time_ns % 10**9 // 10**6:03d}"
