"""Numbers about services, each over a whole time and at steps of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.unit import Unit


@dataclass(frozen=True, slots=True)
class Figure:
    """A number: `value` over the whole time, `course` at the end of each step; None where there is nothing to tell."""

    unit: Unit
    value: float | None
    course: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one service, endpoint, model, tool …: of what `labels` tell apart."""

    labels: Mapping[str, str]
    figures: Mapping[str, Figure]

    @property
    def name(self) -> str:
        """What the labels say."""
        return " ".join(filter(None, self.labels.values()))

    def value(self, key: str) -> float | None:
        """A figure over the whole time; None where it is not known."""
        found = self.figures.get(key)
        return None if found is None else found.value

    def course(self, key: str) -> tuple[float | None, ...]:
        """A figure at each step; empty where it is not known."""
        found = self.figures.get(key)
        return () if found is None else found.course


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """Rows of one kind, by name. `key` says which kind (signals/figures.py)."""

    key: str
    title: str
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured from `since_ns` to `until_ns` (Unix nanoseconds), of one service or (empty) of all.

    `times_ns` are the ends of the steps; a step's figure is that of the `window_ns` before its end. `groups`: those of
    which there is something.
    """

    service: str
    since_ns: int
    until_ns: int
    window_ns: int
    times_ns: tuple[int, ...]
    groups: tuple[FigureGroup, ...]

    def group(self, key: str) -> FigureGroup | None:
        """The group of that key, if there is something of it."""
        return next((group for group in self.groups if group.key == key), None)
