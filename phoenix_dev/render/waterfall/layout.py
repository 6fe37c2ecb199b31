"""Where things stand in a waterfall: the columns of a row, and the lines between the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from phoenix_dev.model.quantity import clock, duration
from phoenix_dev.render import style
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.text import fit, wrap
from phoenix_dev.render.waterfall.axis import GAP, Axis, marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from phoenix_dev.model.timeline import Gap

#: The left column holds a service, or the time of day of a log: never narrower than `04:05:06.131`.
_TIME_CELLS = 12
#: Sign and duration, right of the bar: `✗ 12.3 ms`.
_DURATION_CELLS = 9
_NARROWEST_BAR = 8
_LONGEST_PIPED = 64
_NARROWEST_NAME = 8
_ERROR_LINES = 3


@dataclass(frozen=True, slots=True)
class Label:
    """What a row is called: guides of the tree, the name, and what must not be cut off behind it."""

    service: str
    guides: str
    name: str
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a waterfall in cells: service, guides and name, bar, duration. `clip`: no line exceeds `width`."""

    width: int
    service: int
    name: int
    axis: Axis
    colours: style.Colours
    clip: bool

    @property
    def name_at(self) -> int:
        """Column at which guides and names begin."""
        return self.service + 1

    @property
    def bar_at(self) -> int:
        """Column at which bars begin."""
        return self.name_at + self.name + 1

    @property
    def sign_at(self) -> int:
        """Column of the sign before the duration."""
        return self.bar_at + self.axis.width + 1

    def labels(self) -> Line:
        """The line of the axis."""
        return Line().to(self.bar_at).add(self.axis.labels(), style.DIM)

    def row(
        self,
        label: Label,
        bars: Sequence[tuple[int, int]],
        waited: Iterable[tuple[int, int]],
        total_ns: int,
        *,
        error: bool = False,
        origin: bool = False,
        skewed: bool = False,
        root: bool = False,
    ) -> Line:
        """A row of the waterfall; `waited` are the stretches of the critical path in it, `origin` says that the error
        began here.
        """
        line = Line()
        colour = self.colours.style(label.service)
        line.add(fit(label.service, self.service), colour).to(self.name_at).add(label.guides, style.DIM)
        room = self.bar_at - 1 - line.used
        suffix = fit(label.suffix, room - 2)
        room = max(1, room - cell_len(suffix))
        line.add(fit(label.name, room), style.ERROR if origin else style.STRONG if root else "")
        line.add(suffix, style.DIM)
        first, drawn = self.axis.bars(bars) if len(bars) > 1 else self.axis.bar(*bars[0])
        line.to(self.bar_at + first)
        stretches = [self.axis.stretch(*stretch) for stretch in waited]
        for part, inside in marked(first, drawn, stretches):
            line.add(part, style.FAILED if origin and inside else colour if inside else f"{style.DIM} {colour}")
        line.to(self.sign_at)
        line.add("✗" if error else "≈" if skewed else " ", style.ERROR if error else style.DIM)
        shown = style.ERROR if origin else style.FAILED if error else ""
        return line.add(f"{duration(total_ns):>{_DURATION_CELLS - 1}}", shown)

    def gap(self, prefix: str, gap: Gap) -> Line:
        """A stretch in which no span ran, drawn where it lies."""
        line = self.between(prefix).add("gap", style.DIM)
        first, size = self.axis.stretch(gap.offset_ns, gap.offset_ns + gap.duration_ns)
        line.to(self.bar_at + first).add(GAP * size, style.DIM).to(self.sign_at + 1)
        return line.add(f"{duration(gap.duration_ns):>{_DURATION_CELLS - 1}}", style.DIM)

    def between(self, prefix: str, time_ns: int | None = None) -> Line:
        """The beginning of a line between rows: the time of day as sent, where there is one, and the guides."""
        line = Line(self.width if self.clip else ENDLESS)
        line.add("" if time_ns is None else clock(time_ns), style.DIM)
        return line.to(self.name_at).add(prefix, style.DIM)

    def failure(self, prefix: str, message: str, place: str, *, origin: bool) -> Iterator[Line]:
        """What went wrong, in a few lines at most, and where in the code."""
        shown = style.ERROR if origin else style.FAILED
        line = self.between(prefix).add("✗ ", shown)
        parts = wrap(message, max(20, self.width - line.used), _ERROR_LINES) if self.clip else [message]
        for number, part in enumerate(parts):
            if number:
                yield line
                line = self.between(prefix).add("  ")
            line.add(part, shown)
        if place and not line.add_whole("  " + place, style.DIM):
            yield line
            line = self.between(prefix).add("  ").add(place, style.DIM)
        yield line


def layout_for(labels: Sequence[Label], *, total_ns: int, width: int, colours: style.Colours, clip: bool) -> Layout:
    """Columns that suit these rows: names get what they need, bars at least two fifths beside the services."""
    services = max((cell_len(fit(label.service, _LONGEST_PIPED)) for label in labels), default=0)
    service = max(_TIME_CELLS, min(services, width // 5 if clip else _LONGEST_PIPED))
    room = width - service - 1 - 1 - 1 - _DURATION_CELLS
    needed = max((_cells(label) for label in labels), default=0)
    bar = max(_NARROWEST_BAR, room * 2 // 5)
    name = max(_NARROWEST_NAME, min(needed, room - bar if clip else _LONGEST_PIPED))
    return Layout(width, service, name, Axis(total_ns, max(bar, room - name)), colours, clip)


def guide_room(width: int) -> int:
    """Cells that the guides of the tree may take."""
    return max(4, width // 6)


def _cells(label: Label) -> int:
    return cell_len(label.guides) + cell_len(fit(label.name, _LONGEST_PIPED)) + cell_len(label.suffix)
