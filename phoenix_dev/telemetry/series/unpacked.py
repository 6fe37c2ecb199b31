"""What of signals.db was unpacked lately: an evaluation that is repeated every few seconds unpacks what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.telemetry.series.frames import unpacked

if TYPE_CHECKING:
    from phoenix_dev.telemetry.series.frames import Frames

#: In all, by the bytes of samples.
_KEPT_BYTES = 8 * 2**20


class UnpackedFrames:
    """Frames by the number of their row."""

    def __init__(self) -> None:
        self._kept: dict[int, Frames] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def those(self) -> dict[int, Frames]:
        """All that are here now."""
        return dict(self._kept)

    def add(self, number: int, data: bytes, count: int) -> Frames:
        """The frames of a row. Raises DamagedFrame. What came first is forgotten first."""
        frames = self._kept[number] = unpacked(data, count)
        self._bytes += 12 * len(frames.values)
        while self._bytes > _KEPT_BYTES:
            oldest = next(iter(self._kept))
            self._bytes -= 12 * len(self._kept.pop(oldest).values)
        return frames
