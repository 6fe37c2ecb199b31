"""A request as an SVG picture, for the README: tests/unit/render/test_picture.py draws it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

from phoenix_dev.render.waterfall import render_request

if TYPE_CHECKING:
    from phoenix_dev.model.request import Request

#: Fixed, so that the same request gives the same picture byte for byte.
_UNIQUE_ID = "phoenix-dev"


def export_svg(request: Request, *, title: str, width: int = 100, now_ns: int | None = None) -> str:
    """The waterfall as an SVG document; `title` stands in the window's bar."""
    console = Console(
        file=StringIO(),
        record=True,
        width=width,
        force_terminal=True,
        color_system="256",
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    for line in render_request(request, width=width, colour=True, now_ns=now_ns):
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    return console.export_svg(title=title, unique_id=_UNIQUE_ID)
