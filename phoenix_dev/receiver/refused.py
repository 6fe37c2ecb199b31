"""Why an export is not taken, in the terms of either protocol."""

from __future__ import annotations


class Malformed(Exception):
    """The export cannot be read; `reason` names the field or the position. `service` is who sent it, where that could
    still be read.
    """

    def __init__(self, reason: str, *, service: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.service = service


class TooLarge(Exception):
    """The export is above the limit, on the wire or once inflated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
