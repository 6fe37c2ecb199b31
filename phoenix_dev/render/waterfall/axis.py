"""Bars on a common time axis, exact to an eighth of a terminal cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_RIGHT_HALF = "▐"
GAP = "┄"

#: Blank cells between two labels of the axis, at least.
_LABEL_DISTANCE = 2


class Axis:
    """Nanoseconds from 0 to `total_ns` on `width` cells."""

    __slots__ = ("total_ns", "width")

    def __init__(self, total_ns: int, width: int) -> None:
        self.total_ns = max(1, total_ns)
        self.width = width

    def cell(self, ns: int) -> float:
        """Where a moment lies, in cells from the left, within the axis."""
        return min(max(ns, 0) / self.total_ns, 1.0) * self.width

    def labels(self) -> str:
        """Round times along the axis, each beginning at the cell of its time."""
        step = _nice_step(self)
        line = "0"
        for tick in range(step, self.total_ns + 1, step):
            cell, label = int(self.cell(tick)), duration(tick)
            if cell + len(label) > self.width:
                break
            if len(line) < cell:  # beyond a minute labels are longer than those the step was chosen by
                line = line.ljust(cell) + label
        return line

    def bar(self, start_ns: int, end_ns: int) -> tuple[int, str]:
        """First cell and characters of one bar; the shortest still is a visible mark."""
        start, end = self.cell(start_ns), self.cell(end_ns)
        first = min(int(start), self.width - 1)
        late = start - first >= 0.5
        if end <= first + 1:
            return first, _RIGHT_HALF if late else _eighths(end - first)
        last = int(end)
        rest = round((end - last) * 8)
        return first, (_RIGHT_HALF if late else "█") + "█" * (last - first - 1) + (_EIGHTHS[rest] if rest else "")

    def bars(self, spans: Iterable[tuple[int, int]]) -> tuple[int, str]:
        """First cell and characters of many bars on one row: each cell as full as the time covered in it."""
        cover = [0.0] * self.width
        for start_ns, end_ns in spans:
            start, end = self.cell(start_ns), self.cell(end_ns)
            first = min(int(start), self.width - 1)
            cover[first] += max(min(end, first + 1) - start, 0.125)
            for cell in range(first + 1, min(int(end) + 1, self.width)):
                cover[cell] += min(end - cell, 1.0)
        line = "".join(_eighths(part) if part else " " for part in cover)
        return len(line) - len(line.lstrip()), line.strip()

    def stretch(self, start_ns: int, end_ns: int) -> tuple[int, int]:
        """First cell and number of cells of a stretch, at least one."""
        first = min(int(self.cell(start_ns)), self.width - 1)
        return first, max(1, round(self.cell(end_ns)) - first)


def _eighths(part: float) -> str:
    return _EIGHTHS[min(8, max(1, round(part * 8)))]


def _nice_step(axis: Axis) -> int:
    """The smallest of 1, 2, 5 × 10ⁿ ns whose labels keep their distance."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step * axis.width / axis.total_ns >= len(duration(step)) + _LABEL_DISTANCE:
                return step
        size *= 10


def marked(first: int, bar: str, stretches: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A bar in runs of cells that lie within one of the stretches (cell, number of cells) or not."""
    runs: list[tuple[str, bool]] = []
    for offset, char in enumerate(bar):
        inside = any(start <= first + offset < start + size for start, size in stretches)
        if runs and runs[-1][1] == inside:
            runs[-1] = (runs[-1][0] + char, inside)
        else:
            runs.append((char, inside))
    return runs
