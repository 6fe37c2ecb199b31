"""The newest sample of every series that is alive, in the order in which frames keep them.

Series stand in groups, each with a layout of its own: a frame of one that is asked for is small, and a series that is
new changes one layout only.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Of a group; more only where series that came together are more.
GROUP_WIDTH = 512
#: The time of a series that has no sample yet.
NEVER = -(2**62)


@dataclass(slots=True, eq=False)
class Group:
    """Series with one layout: its number in the file, 0 while it is not written there. `gone`: how many are dropped."""

    layout: int = 0
    gone: int = 0
    ids: array[int] = field(default_factory=lambda: array("I"))
    times: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    places: list[Place] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Place:
    """Where series that came together stand, side by side: so many in a group from a position on."""

    group: Group
    position: int
    size: int

    @property
    def time_ms(self) -> int:
        """That of the newest sample."""
        return self.group.times[self.position]

    @property
    def ids(self) -> array[int]:
        """The numbers of the series."""
        return self.group.ids[self.position : self.position + self.size]

    @property
    def values(self) -> array[float]:
        """Their newest values."""
        return self.group.values[self.position : self.position + self.size]

    def put(self, time_ms: int, values: array[float]) -> None:
        """Their newest samples, all of one time; what is not newer than what is there stays out."""
        group, end = self.group, self.position + self.size
        if time_ms > group.times[self.position]:
            group.values[self.position : end] = values
            group.times[self.position : end] = array("q", [time_ms]) * self.size

    def touch(self, time_ms: int) -> None:
        """They are at this time what they were before."""
        if time_ms > self.time_ms:
            self.group.times[self.position : self.position + self.size] = array("q", [time_ms]) * self.size


class Newest:
    """Every series that is alive."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        #: Series of a file that nobody has asked for since it was opened.
        self._unclaimed: dict[int, tuple[Group, int]] = {}

    def __len__(self) -> int:
        return sum(len(group.ids) - group.gone for group in self.groups) - len(self._unclaimed)

    def restore(self, group: Group) -> None:
        """A group as it was written. Its series are taken up where they are asked for."""
        self.groups.append(group)
        self._unclaimed |= {number: (group, position) for position, number in enumerate(group.ids)}

    def place(self, ids: Sequence[int]) -> Place:
        """A place for series, by their numbers: the one that they had in the file, else a new one without samples."""
        if all(number in self._unclaimed for number in ids):
            found = [self._unclaimed[number] for number in ids]
            group, position = found[0]
            if found == [(group, position + offset) for offset in range(len(ids))]:
                for number in ids:
                    del self._unclaimed[number]
                group.places.append(place := Place(group, position, len(ids)))
                return place
        return self._add(ids)

    def drop(self, place: Place) -> None:
        """Forget series; a group of which less than half is left is put together anew."""
        group = place.group
        group.places.remove(place)
        group.times[place.position : place.position + place.size] = array("q", [NEVER]) * place.size
        group.gone += place.size
        self._dissolve_empty(group)

    def rewind(self, now_ms: int) -> None:
        """The machine's clock was set back to this time: what was measured later was so just before."""
        for group in self.groups:
            group.times = array("q", [min(time, now_ms - 1) for time in group.times])

    def settle(self) -> None:
        """Forget the series of the file that nobody asked for."""
        groups = {id(group): group for group, _ in self._unclaimed.values()}
        for group, position in self._unclaimed.values():
            group.times[position] = NEVER
            group.gone += 1
        self._unclaimed = {}
        for group in groups.values():
            self._dissolve_empty(group)

    def _add(self, ids: Sequence[int]) -> Place:
        group = self.groups[-1] if self.groups else None
        if group is None or len(group.ids) + len(ids) > GROUP_WIDTH:
            self.groups.append(group := Group())
        place = Place(group, len(group.ids), len(ids))
        group.layout = 0
        group.places.append(place)
        group.ids.extend(ids)
        group.times.extend([NEVER] * len(ids))
        group.values.extend([0.0] * len(ids))
        return place

    def _dissolve_empty(self, group: Group) -> None:
        if 2 * group.gone <= len(group.ids) or any(owner is group for owner, _ in self._unclaimed.values()):
            return
        self.groups.remove(group)
        for place in group.places:
            moved = self._add(place.ids)
            moved.put(place.time_ms, place.values)
            moved.group.places[-1] = place
            place.group, place.position = moved.group, moved.position
