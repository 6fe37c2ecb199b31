"""The first words of HTTP/2: enough to see that the other side speaks it."""

from __future__ import annotations

#: What a client says first, with an empty frame of settings (RFC 9113, 3.4).
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
#: Bytes of an answer that tell what it is.
ENOUGH = 9
_TYPE = 3
_SETTINGS = 4


def is_answer(beginning: bytes) -> bool:
    """Whether the first bytes that came back are the header of a frame of settings, as a server's have to be."""
    return len(beginning) >= ENOUGH and beginning[_TYPE] == _SETTINGS
