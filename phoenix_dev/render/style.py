"""The few styles of the product, and a colour a service: readable on light and dark, and never the only sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model import colours

if TYPE_CHECKING:
    from collections.abc import Iterable

ERROR = "bold red"
FAILED = "red"
WARN = "bold color(136)"
DIM = "dim"
STRONG = "bold"
OK = "green"

_LEVELS = {"FATAL": ERROR, "ERROR": ERROR, "WARN": WARN, "INFO": "", "DEBUG": DIM, "TRACE": DIM, "": DIM}
#: Middle tones of the 256 colours, neither red nor the warning's yellow.
_PALETTE = (32, 133, 36, 172, 104, 71, 168, 37, 137, 67, 140, 65)


def of_level(level: str) -> str:
    """The style of a log level's name."""
    return _LEVELS.get(level, "")


def of_text(text: str) -> str:
    """A colour for any text, the same in every run (for IDs that are told apart)."""
    return f"color({_PALETTE[colours.number_of(text, len(_PALETTE))]})"


class Colours:
    """Gives each service a colour: by its name, so that it stays the same between runs, or the next free one while
    there are any.
    """

    def __init__(self, services: Iterable[str] = ()) -> None:
        self._colours = colours.Colours(len(_PALETTE), services)

    def style(self, service: str) -> str:
        """The style of a service."""
        return f"color({_PALETTE[self._colours.number(service)]})"
