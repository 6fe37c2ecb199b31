"""Since when counters count, for services that do not tell: since they were first seen, or were last seen to fall."""

from __future__ import annotations

from dataclasses import dataclass, field

Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Starts:
    """Of one service. What a scrape did not have is forgotten after it."""

    _before: dict[tuple[str, Labels], tuple[int, float]] = field(default_factory=dict)
    _now: dict[tuple[str, Labels], tuple[int, float]] = field(default_factory=dict)

    def of(self, name: str, labels: Labels, value: float, at_ns: int) -> int:
        """The start (Unix nanoseconds) of a series that has this value now; `at_ns` when it begins anew."""
        start_ns, last = self._before.get((name, labels), (at_ns, value))
        if value < last:
            start_ns = at_ns
        self._now[name, labels] = (start_ns, value)
        return start_ns

    def scraped(self) -> None:
        """A scrape has ended."""
        self._before, self._now = self._now, {}
