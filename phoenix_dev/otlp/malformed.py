"""What is said of a message that cannot be read."""

from __future__ import annotations


class Malformed(Exception):
    """The message cannot be read; `reason` names the field or the position. `service` is who sent it, where that could
    still be read.
    """

    def __init__(self, reason: str, *, service: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.service = service
