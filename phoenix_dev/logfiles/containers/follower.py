"""One container that is followed: its lines as they become whole, and how far they have been handed out."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from phoenix_dev.lines.grouping import HOLD_S, Grouper
from phoenix_dev.lines.text import LONGEST_LINE, text_of_line
from phoenix_dev.logfiles.containers.position import ContainerPosition
from phoenix_dev.logfiles.containers.stream import End

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phoenix_dev.lines.grouping import Group
    from phoenix_dev.logfiles.containers.entries import Entry
    from phoenix_dev.logfiles.containers.stream import LogStream

#: A line that is not ended within so many seconds, or entries, ends where it is.
_UNENDED_S = 5.0
_UNENDED_ENTRIES = 50_000


class Whole(NamedTuple):
    """The text of one record, when it was written, and to which stream."""

    text: str
    time_ns: int
    stream: int


class _Record(NamedTuple):
    """A text and the numbers of its first and its last entry."""

    first: int
    last: int
    text: str
    stream: int


class _Lane:
    """stdout or stderr: lines of one are no part of a stack trace in the other."""

    def __init__(self, stream: int) -> None:
        self._stream = stream
        self._grouper = Grouper()
        self._line = bytearray()
        self._heard = 0.0
        #: The entries of this stream that are in no record yet.
        self._numbers: deque[int] = deque()

    @property
    def first(self) -> int | None:
        """The first entry that is held back; None when none is."""
        return self._numbers[0] if self._numbers else None

    def feed(self, entry: Entry, number: int) -> Iterator[_Record]:
        """The records that an entry completes."""
        self._heard = time.monotonic()
        self._numbers.append(number)
        self._line += entry.data[: LONGEST_LINE - len(self._line)]
        if entry.data.endswith(b"\n"):
            yield from self._end_line()

    def overdue(self, *, now: bool = False) -> Iterator[_Record]:
        """What has waited long enough."""
        quiet_s = time.monotonic() - self._heard
        if self._line and (now or quiet_s > _UNENDED_S):
            yield from self._end_line()
        if not self._line and self._grouper.holds and (now or quiet_s > HOLD_S):
            yield from self._records(self._grouper.flush())

    def _end_line(self) -> Iterator[_Record]:
        text = text_of_line(bytes(self._line))
        self._line.clear()
        yield from self._records(self._grouper.feed(text, self._numbers[-1]))
        if not self._grouper.holds:  # lines that are no records
            self._numbers.clear()

    def _records(self, groups: Iterable[Group]) -> Iterator[_Record]:
        for group in groups:
            first = self._numbers[0]
            while self._numbers and self._numbers[0] <= group.end:
                self._numbers.popleft()
            yield _Record(first, group.end, group.text, self._stream)


class ContainerFollower:
    """`position` is behind the last entry of which everything was handed out. Entries are numbered as they come."""

    def __init__(self, stream: LogStream, position: ContainerPosition) -> None:
        self.position = position
        self.end: End | None = None
        self._stream = stream
        self._passed_over = position.count
        self._number = 0
        self._last = (position.time_ns, position.count)
        self._marks: deque[tuple[int, int]] = deque()
        self._lanes: dict[int, _Lane] = {}
        self._records: list[_Record] = []

    @property
    def behind_ns(self) -> int:
        """How old the first thing is that waits to be read (nanoseconds); 0 when nothing does."""
        waits = self._stream.waits and self._last[0]
        return max(0, time.time_ns() - self._last[0]) if waits else 0

    def take(self) -> list[Whole]:
        """What has become whole since the last time; `position` is behind it then."""
        come = self._stream.take()
        if isinstance(come, End):
            self.end = come
        else:
            for entry in come:
                self._note(entry)
        self._end_lines(now=len(self._marks) > _UNENDED_ENTRIES)
        return self._handed_out()

    def rest(self) -> list[Whole]:
        """What a container that has ended left behind without an end."""
        self._end_lines(now=True)
        return self._handed_out()

    def close(self) -> None:
        """Let go of it."""
        self._stream.close()

    def _note(self, entry: Entry) -> None:
        if self._passed_over and entry.time_ns == self.position.time_ns:
            self._passed_over -= 1
            return
        self._passed_over = 0
        at, count = self._last
        self._last = (entry.time_ns, count + 1 if entry.time_ns == at else 1)
        self._number += 1
        self._marks.append(self._last)
        if entry.stream not in self._lanes:
            self._lanes[entry.stream] = _Lane(entry.stream)
        self._records += self._lanes[entry.stream].feed(entry, self._number)

    def _end_lines(self, *, now: bool) -> None:
        for lane in self._lanes.values():
            self._records += lane.overdue(now=now)

    def _handed_out(self) -> list[Whole]:
        """The records before the last place that nothing lies across, neither a record nor what is held back."""
        behind = min((lane.first - 1 for lane in self._lanes.values() if lane.first is not None), default=self._number)
        for record in sorted(self._records, key=lambda record: record.last, reverse=True):
            if record.first <= behind < record.last:
                behind = record.first - 1
        begun = self._number - len(self._marks) + 1
        ready = sorted(record for record in self._records if record.last <= behind)
        self._records = [record for record in self._records if record.last > behind]
        whole = [Whole(record.text, self._marks[record.first - begun][0], record.stream) for record in ready]
        for _ in range(behind - begun + 1):
            time_ns, count = self._marks.popleft()
            self.position = ContainerPosition(self.position.name, time_ns, count)
        return whole
