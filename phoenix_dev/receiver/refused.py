"""Why an export is not taken though it could be read, in the terms of either protocol."""

from __future__ import annotations


class TooLarge(Exception):
    """The export is above the limit, on the wire or once inflated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
