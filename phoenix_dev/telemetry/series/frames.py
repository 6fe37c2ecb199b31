"""Samples of many series at some moments, as bytes.

A moment (a frame) holds the newest sample of each series of a layout: its value, and how far its own time lies behind
that of the frame. A sample that stands in several frames is told by its own time to be the same.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Stands for a lag where a series has no sample.
ABSENT = -(2**31)
#: How long a sample counts: as in PromQL, five minutes (ms).
LOOKBACK_MS = 300_000
_FRESH, _JOINED = zstandard.ZstdCompressor(level=1), zstandard.ZstdCompressor(level=3)
_EXPAND = zstandard.ZstdDecompressor()
#: No row of frames is larger: it could only be damaged.
_MOST_BYTES = 256 * 2**20


class DamagedFrame(ValueError):
    """Bytes that are no frames."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The samples of one layout at the moments `times` (Unix ms, ascending): row after row, one for each moment.

    A sample's own time is that of its frame less its lag (ms), which may be negative; with the lag ABSENT there is
    none.
    """

    times: array[int]
    values: array[float]
    lags: array[int]

    @property
    def width(self) -> int:
        """How many series there are."""
        return len(self.values) // len(self.times)

    def column(self, position: int) -> tuple[array[int], array[float]]:
        """The times and values of the series at a position, without repetitions."""
        width = self.width
        values, lags = self.values[position::width], self.lags[position::width]
        if not any(lags):
            return self.times, values
        times, kept, last = array("q"), array("d"), -1
        for frame, lag, value in zip(self.times, lags, values, strict=True):
            if lag != ABSENT and frame - lag > last:
                last = frame - lag
                times.append(last)
                kept.append(value)
        return times, kept

    def rows(self, wanted: Sequence[int]) -> Frames:
        """Some of the moments, by their positions."""
        width = self.width
        made = Frames(array("q"), array("d"), array("i"))
        for row in wanted:
            made.times.append(self.times[row])
            made.values.extend(self.values[row * width : (row + 1) * width])
            made.lags.extend(self.lags[row * width : (row + 1) * width])
        return made


def frame(time_ms: int, times: Sequence[int], values: array[float]) -> Frames | None:
    """A moment: the newest sample of each series, by its own time. None when none of them counts any more."""
    lags = array("i", [_lag(time_ms - time) for time in times])
    if all(lag == ABSENT for lag in lags):
        return None
    return Frames(array("q", [time_ms]), values, lags)


def _lag(behind_ms: int) -> int:
    return behind_ms if -LOOKBACK_MS <= behind_ms < LOOKBACK_MS else ABSENT


def joined(parts: Iterable[Frames]) -> Frames:
    """The moments of several, which are given in time order."""
    made = Frames(array("q"), array("d"), array("i"))
    for part in parts:
        made.times.extend(part.times)
        made.values.extend(part.values)
        made.lags.extend(part.lags)
    return made


def thinned(frames: Frames, step_ms: int) -> Frames:
    """Of the moments within one step the last."""
    newest = {time // step_ms: row for row, time in enumerate(frames.times)}
    return frames.rows(sorted(newest.values()))


def packed(frames: Frames) -> bytes:
    """The bytes of some moments, which `unpacked` reads."""
    compressor = _FRESH if len(frames.times) == 1 else _JOINED
    return compressor.compress(frames.times.tobytes() + frames.values.tobytes() + frames.lags.tobytes())


def unpacked(data: bytes, count: int) -> Frames:
    """The moments in bytes of `packed`, of which there are so many. Raises DamagedFrame."""
    try:
        raw = _EXPAND.decompress(data, max_output_size=_MOST_BYTES)
    except zstandard.ZstdError as error:
        raise DamagedFrame(str(error)) from error
    made = Frames(array("q"), array("d"), array("i"))
    cells, rest = divmod(len(raw) - 8 * count, 12)
    if count < 1 or cells < 1 or rest or cells % count:
        raise DamagedFrame(f"{len(raw)} bytes are not {count} moments")
    view = memoryview(raw)
    made.times.frombytes(view[: 8 * count])
    made.values.frombytes(view[8 * count : 8 * (count + cells)])
    made.lags.frombytes(view[8 * (count + cells) :])
    return made
