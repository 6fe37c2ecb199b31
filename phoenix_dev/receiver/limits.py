"""How large an export may be, for HTTP and gRPC alike."""

from __future__ import annotations

#: The limit for one export, on the wire and once inflated, in bytes.
MOST_BYTES = 16 * 1024 * 1024


class TooLarge(Exception):
    """The export is above a limit; `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
