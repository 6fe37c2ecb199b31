"""`--watch`: what a command shows, again and again, until Ctrl-C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from phoenix_dev.render.output import Output

_Found = TypeVar("_Found")


def keep_showing(
    output: Output,
    ask: Callable[[], _Found],
    lines: Callable[[_Found, int], Iterable[Any]],
    as_json: Callable[[_Found], Any] | None,
    every_s: float,
) -> NoReturn:
    """Ask and show every so many seconds: drawn anew on a terminal, one below the other elsewhere, a line of JSON each
    with `as_json`. `lines` is given the columns there are.
    """
    from phoenix_dev.render.screen import Screen

    with Screen(output) as screen:
        while True:
            found = ask()
            if as_json is not None:
                output.json_line(as_json(found))
            elif output.draws:
                screen.draw(lines(found, screen.columns))
            else:
                output.lines(lines(found, output.width))
            time.sleep(every_s)
