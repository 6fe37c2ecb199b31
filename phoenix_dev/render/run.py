"""What `run` says itself before each line of several commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.render.text import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Of the 16 colours that every terminal has, those that are read on light and on dark.
_COLOURS = ("cyan", "green", "magenta", "yellow", "blue")


def prefixes(names: Sequence[str], *, colour: bool) -> list[str]:
    """`api  | ` for each of some commands, all of one width, each in a colour of its own."""
    width = max((len(name) for name in names), default=0)
    plain = [f"{escape(name):{width}} | " for name in names]
    if not colour:
        return plain
    from rich.color import ColorSystem
    from rich.style import Style

    styles = [Style(color=_COLOURS[at % len(_COLOURS)]) for at in range(len(names))]
    return [style.render(text, color_system=ColorSystem.STANDARD) for style, text in zip(styles, plain, strict=True)]
