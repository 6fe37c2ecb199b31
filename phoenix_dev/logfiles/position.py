"""How far a file has been read, and whether it still is that file.

A file is known by device and inode, which a renaming keeps, and by a hash of its beginning, which tells a file apart
from another that was given the same inode, or was written over it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import Self

#: Bytes of a file's beginning that are looked at, once it has so many.
BEGINNING = 1024


@dataclass(frozen=True, slots=True)
class Position:
    """`offset` bytes have been read; `digest` is that of the first `length` of them."""

    offset: int = 0
    length: int = 0
    digest: str = ""

    def to_text(self) -> str:
        """The position as it is kept."""
        return json.dumps([self.offset, self.length, self.digest])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The position that `to_text` wrote; the beginning for what is none."""
        try:
            offset, length, digest = json.loads(text)
            return cls(int(offset), int(length), str(digest))
        except (ValueError, TypeError):
            return cls()

    @classmethod
    def of(cls, descriptor: int, offset: int) -> Self:
        """The position of a file that has been read so far. Raises OSError."""
        length = min(offset, BEGINNING)
        return cls(offset, length, digest(descriptor, length))

    def fits(self, descriptor: int) -> bool:
        """Whether a file begins as the one did that this was taken of, and is as long. Raises OSError."""
        if os.fstat(descriptor).st_size < self.offset:
            return False
        return digest(descriptor, self.length) == self.digest


def digest(descriptor: int, length: int) -> str:
    """Of the first bytes of a file; empty for none. Raises OSError."""
    return hashlib.blake2b(os.pread(descriptor, length, 0), digest_size=8).hexdigest() if length else ""
