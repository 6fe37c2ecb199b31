"""Samples that are not the newest of their series: zeros that a count began with, what came late or all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.telemetry.series.newest import Group

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

#: Moments that are kept between two commits: each is a row of its own.
_MOST_MOMENTS = 1_000


class Past:
    """Collects them between two commits."""

    def __init__(self) -> None:
        self._moments: dict[int, Group] = {}
        #: How many samples there was no room for.
        self.refused = 0

    def add(self, ids: array[int], time_ms: int, values: array[float]) -> None:
        """The samples of some series, by their numbers, at one time."""
        moment = self._moments.get(time_ms)
        if moment is None:
            if len(self._moments) >= _MOST_MOMENTS:
                self.refused += len(ids)
                return
            moment = self._moments[time_ms] = Group()
        moment.ids.extend(ids)
        moment.values.extend(values)
        moment.times.extend([time_ms] * len(ids))

    def taken(self) -> Iterator[tuple[int, Group]]:
        """All of them, by time (ms), with groups that share a layout where they hold the same series; then there are
        none any more.
        """
        moments, self._moments = self._moments, {}
        layouts: dict[bytes, Group] = {}
        for time_ms, moment in sorted(moments.items()):
            known = layouts.setdefault(moment.ids.tobytes(), moment)
            moment.layout = known.layout
            yield time_ms, moment
