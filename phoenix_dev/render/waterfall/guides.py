"""The lines that join a row to its parent: `├`, `└` and `│`, capped so that deep traces stay within 80 columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Joined(Protocol):
    """A row of a tree: positions of other rows, parents before children, and how many below it no row shows."""

    @property
    def parent(self) -> int:
        """Less than 0 at the top."""
        ...

    @property
    def children(self) -> tuple[int, ...]:
        """In the order of the rows."""
        ...

    @property
    def hidden(self) -> int:
        """With any, a line of the row's own ends what is below it."""
        ...


@dataclass(frozen=True, slots=True)
class Guide:
    """What stands before a row's name, and before the lines that belong to it."""

    head: str
    below: str

    def within(self, *, more: bool) -> str:
        """What stands before a line that belongs to the row; `more`: children of it follow."""
        return self.below + ("│ " if more else "  ")

    @property
    def last(self) -> str:
        """What stands before the last line below the row."""
        return self.below + "└ "


def guides_of(rows: Sequence[Joined], indented: Collection[int], room: int) -> list[Guide]:
    """A guide a row. Tops in `indented` stand under a marker of their own. Levels take two cells, or one where `room`
    is short.

    Levels that do not fit into `room` share the deepest indentation and are numbered instead: `…17 name`.
    """
    depths = _depths(rows, indented)
    step = 2 if 2 * max(depths, default=0) <= room else 1
    deepest = max(1, room // step)
    pad = " " * (step - 1)
    guides: list[Guide] = []
    for index, row in enumerate(rows):
        depth = depths[index]
        above = guides[row.parent].below if row.parent >= 0 else ""
        if depth == 0:
            guides.append(Guide("", ""))
        elif depth > deepest:
            guides.append(Guide(f"{above}…{depth} ", above))
        elif _is_last(index, row, rows):
            guides.append(Guide(f"{above}└{pad}", f"{above} {pad}"))
        else:
            guides.append(Guide(f"{above}├{pad}", f"{above}│{pad}"))
    return guides


def _depths(rows: Sequence[Joined], indented: Collection[int]) -> list[int]:
    depths: list[int] = []
    for index, row in enumerate(rows):
        depths.append(depths[row.parent] + 1 if row.parent >= 0 else int(index in indented))
    return depths


def _is_last(index: int, row: Joined, rows: Sequence[Joined]) -> bool:
    if row.parent < 0:
        return True
    parent = rows[row.parent]
    return parent.children[-1] == index and not parent.hidden
