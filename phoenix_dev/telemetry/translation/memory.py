"""What must be known of series between two exports: where counting began, and what deltas add up to."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

#: Characters in the labels of a series.
MOST_OF_ONE = 32_768

Labels = tuple["Mapping[str, str]", ...]


@dataclass(slots=True)
class Remembered:
    """The series that one kind of point becomes. `start_ms`: where its counting began, `last_ms`: its newest sample,
    both Unix milliseconds, 0 for unknown. `totals`: what its deltas add up to.
    """

    labels: Labels
    start_ms: int = 0
    last_ms: int = 0
    totals: array[float] = field(default_factory=lambda: array("d"))

    @property
    def characters(self) -> int:
        """How many its labels have. Series of one point share the texts of their labels, but for their names."""
        return sum(len(name) + len(text) for name, text in self.labels[0].items()) if self.labels else 0

    def added(self, values: array[float]) -> array[float]:
        """The sums with these deltas."""
        if self.totals:
            self.totals = array("d", map(float.__add__, self.totals, values))
        else:
            self.totals = values
        return self.totals


class Memory:
    """What is remembered, of so many at most, with labels of so many characters in all: then that which came longest
    ago is forgotten. A counter of deltas that was forgotten begins anew, which every rate expects of a counter. What
    has too many characters by itself is not remembered at all.
    """

    def __init__(self, most: int, most_characters: int = 50_000_000) -> None:
        self._most = most
        self._characters_left = most_characters
        self._known: dict[Hashable, Remembered] = {}

    def of(self, key: Hashable, labels: Callable[[], Labels]) -> Remembered:
        """What is known under a key; `labels` makes those of one that is new."""
        known = self._known.pop(key, None)
        if known is None:
            known = Remembered(labels())
            if known.characters > MOST_OF_ONE:
                return known
            self._characters_left -= known.characters
            while self._known and (len(self._known) >= self._most or self._characters_left < 0):
                self._characters_left += self._known.pop(next(iter(self._known))).characters
        self._known[key] = known
        return known
