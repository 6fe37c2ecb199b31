"""Lines → how often each template came in each slot. Lines are seen once and not kept; what is kept is bounded."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.anomalies.templates import templates_of
from phoenix_dev.anomalies.words import ANY, shape_of, words_in
from phoenix_dev.model.log import LogLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.anomalies.templates import Words
    from phoenix_dev.anomalies.window import Window

#: Distinct messages (after masking) that are kept apart; beyond, they are folded into their templates, and of these the
#: rarest into one.
MOST_SHAPES = 20_000
#: Services times levels; what comes from further ones counts as of one more.
MOST_GROUPS = 1_000
OTHERS = "(other services)"
#: Of so many lines of a template the times are kept, to see whether they come regularly.
MOST_TIMES = 256
#: Of a message so many characters are kept as an example.
MOST_EXAMPLE = 2_000


@dataclass(slots=True)
class Tally:
    """How often something came, by slot; the times of the first MOST_TIMES; an example: the newest that has a trace,
    else the newest.
    """

    slots: Counter[int] = field(default_factory=Counter)
    times: array[int] = field(default_factory=lambda: array("Q"))
    first_ns: int = 1 << 64
    last_ns: int = 0
    example: tuple[bool, int, str, str, int] = (False, -1, "", "", 0)

    def add(self, slot: int, time_ns: int, severity: int, message: str, trace_id: str) -> None:
        """One line."""
        self.slots[slot] += 1
        if len(self.times) < MOST_TIMES:
            self.times.append(time_ns)
        if time_ns < self.first_ns:
            self.first_ns = time_ns
        if time_ns >= self.last_ns or (trace_id and not self.example[0]):
            self.last_ns = max(self.last_ns, time_ns)
            self.example = max(self.example, (bool(trace_id), time_ns, message[:MOST_EXAMPLE], trace_id, severity))

    def merge(self, other: Tally) -> None:
        """All that the other counted."""
        self.slots.update(other.slots)
        self.times.extend(other.times[: MOST_TIMES - len(self.times)])
        self.first_ns = min(self.first_ns, other.first_ns)
        self.last_ns = max(self.last_ns, other.last_ns)
        self.example = max(self.example, other.example)

    @property
    def total(self) -> int:
        """All lines."""
        return self.slots.total()

    def line(self, service: str) -> LogLine:
        """The example."""
        _, time_ns, message, trace_id, severity = self.example
        return LogLine(time_ns, service, severity, message, trace_id)


#: Service and level (0 for none, 1 for TRACE and so on).
Group = tuple[str, int]


class Counting:
    """Counts lines within a window. `most` bounds how many distinct messages are told apart."""

    def __init__(self, window: Window, most: int = MOST_SHAPES) -> None:
        self._window = window
        self._most = most
        self._groups: dict[Group, dict[str, Tally]] = {}
        self.shapes = 0
        self.lines = 0

    def add(self, lines: Iterable[LogLine]) -> None:
        """Lines whose times lie within the window, in any order."""
        slot_of, groups = self._window.slot_of, self._groups
        for time_ns, service, severity, message, trace_id in lines:
            kind = (service, (severity + 3) >> 2)
            group = groups.get(kind)
            if group is None:
                group = self._group(kind)
            shape = shape_of(message)
            tally = group.get(shape)
            if tally is None:
                tally = self._new(group, shape)
            tally.add(slot_of(time_ns), time_ns, severity, message, trace_id)
            self.lines += 1

    def by_template(self) -> dict[Group, dict[Words, Tally]]:
        """What was counted, of each template once."""
        return {kind: _folded(group) for kind, group in self._groups.items()}

    def _group(self, kind: Group) -> dict[str, Tally]:
        if len(self._groups) >= MOST_GROUPS:
            kind = (OTHERS, kind[1])
        return self._groups.setdefault(kind, {})

    def _new(self, group: dict[str, Tally], shape: str) -> Tally:
        if self.shapes >= self._most:
            self._fold()
        tally = group[shape] = Tally()
        self.shapes += 1
        return tally

    def _fold(self) -> None:
        """Keep templates in the place of messages; if these are too many as well, the rarest of all become one."""
        found = self.by_template()
        totals = sorted((tally.total for group in found.values() for tally in group.values()), reverse=True)
        least = totals[self._most // 2] + 1 if len(totals) > self._most // 2 else 0
        self.shapes = 0
        for kind, group in found.items():
            kept = self._groups[kind]
            kept.clear()
            for words, tally in group.items():
                shape = " ".join(words) if tally.total >= least else ANY
                if shape in kept:
                    kept[shape].merge(tally)
                else:
                    kept[shape] = tally
            self.shapes += len(kept)


def _folded(group: dict[str, Tally]) -> dict[Words, Tally]:
    by_words: dict[Words, list[Tally]] = {}
    for shape, tally in group.items():
        by_words.setdefault(words_in(shape), []).append(tally)
    found: dict[Words, Tally] = {}
    for words, template in templates_of(by_words).items():
        whole = found.setdefault(template, Tally())
        for tally in by_words[words]:
            whole.merge(tally)
    return found
