"""The colour of each service: the same on every page for as long as the page's process lives."""

from __future__ import annotations

from phoenix_dev.model.colours import Colours, number_of

#: Colours that services are told apart by, beside their names: `.h0` and on in the style sheet.
HUES = 12
#: Services that are remembered; any further one has the colour of its name.
_MOST = 2_000


class Hues:
    """Numbers of colours, given out as services turn up."""

    def __init__(self) -> None:
        self._colours = Colours(HUES)
        self._known: set[str] = set()

    def of(self, service: str) -> int:
        """The number of a service's colour."""
        if service not in self._known and len(self._known) >= _MOST:
            return number_of(service, HUES)
        self._known.add(service)
        return self._colours.number(service)


_OF_THIS_PROCESS = Hues()


def hue_of(service: str) -> int:
    """The number of a service's colour on every page of this process."""
    return _OF_THIS_PROCESS.of(service)
