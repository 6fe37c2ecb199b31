"""Undoes gzip (RFC 1952; or zlib, RFC 1950) piece by piece: a small body that would grow huge is refused before it
has grown.
"""

from __future__ import annotations

import zlib

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.receiver.limits import TooLarge

#: A body of nothing but empty members would otherwise cost seconds.
MOST_MEMBERS = 1000
_GZIP = 32 + zlib.MAX_WBITS


class Inflater:
    """Takes the pieces of one gzip body and gives back what they inflate to, at most `limit` bytes in all."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._room = limit
        self._members = 1
        self._member = zlib.decompressobj(_GZIP)

    def feed(self, piece: bytes) -> bytes:
        """What the piece adds. Raises Malformed for a corrupt stream and TooLarge above the limit."""
        out: list[bytes] = []
        while piece:
            if self._member.eof and not (piece := self._next_member(piece)):
                break
            out.append(self._inflate(piece))
            self._room -= len(out[-1])
            if self._room < 0:
                raise TooLarge(f"the body is above {self._limit} bytes once decompressed")
            piece = self._member.unconsumed_tail or self._member.unused_data
        return out[0] if len(out) == 1 else b"".join(out)

    def finish(self) -> None:
        """Raises Malformed where the body ended inside a gzip member."""
        if not self._member.eof:
            raise Malformed("the gzip body ends before its end mark: it was cut short")

    def _inflate(self, piece: bytes) -> bytes:
        try:
            # One byte above the limit is enough to know.
            return self._member.decompress(piece, self._room + 1)
        except zlib.error as exc:
            raise Malformed(f"the body is not valid gzip: {str(exc).rpartition(': ')[2]}") from exc

    def _next_member(self, piece: bytes) -> bytes:
        """A further member (section 2.2) starts a new stream; zero padding, as some writers leave it, is skipped."""
        piece = piece.lstrip(b"\0")
        if piece and piece[0] != 0x1F:
            raise Malformed("the gzip body has other bytes after its end mark")
        if piece:
            self._members += 1
            if self._members > MOST_MEMBERS:
                raise Malformed(f"the gzip body has more than {MOST_MEMBERS} members")
            self._member = zlib.decompressobj(_GZIP)
        return piece


def inflate(body: bytes, limit: int) -> bytes:
    """A whole gzip body at once. Raises Malformed and TooLarge as Inflater does."""
    inflater = Inflater(limit)
    inflated = inflater.feed(body)
    inflater.finish()
    return inflated
