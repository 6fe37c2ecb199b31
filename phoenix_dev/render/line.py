"""One line of output, built of styled parts that never wrap and never hold markup."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from phoenix_dev.render.text import MARKS_PER_BASE, escape, fit

#: A width that nothing reaches, for lines that must not be cut.
ENDLESS = 1 << 40


class Line:
    """Collects parts up to `width` cells. Every part is escaped on its way in; what does not fit is cut with `…`."""

    __slots__ = ("_parts", "_width", "used")

    def __init__(self, width: int = ENDLESS) -> None:
        self._parts: list[tuple[str, str]] = []
        self._width = width
        self.used = 0

    def add(self, text: str, style: str = "") -> Line:
        """Append text, cut where the line ends."""
        shown = escape(text) if self._width == ENDLESS else fit(text, self.left)
        if shown:
            self._parts.append((shown, style))
            self.used += cell_len(shown)
        return self

    def add_whole(self, text: str, style: str = "") -> bool:
        """Append text if all of it fits; tells whether it did."""
        if self._width != ENDLESS:
            # Marks take no cells, and are bounded for each character that does.
            too_long = len(text) > (self.left + 1) * (MARKS_PER_BASE + 1)
            if too_long or cell_len(escape(text)) > self.left:
                return False
        self.add(text, style)
        return True

    def to(self, column: int) -> Line:
        """Fill up with spaces to a column (in cells)."""
        return self.add(" " * (column - self.used)) if column > self.used else self

    @property
    def left(self) -> int:
        """Cells that are still free."""
        return max(0, self._width - self.used)

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "".join(part for part, _ in self._parts).rstrip()

    def text(self, *, trailing: bool = False) -> Text:
        """As rich prints it; spaces at its end only with `trailing`."""
        line = Text(no_wrap=True, overflow="ignore")
        for part, style in self._parts:
            line.append(part, style or None)
        if not trailing:
            line.rstrip()
        return line
