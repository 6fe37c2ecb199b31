"""How far a file has been read, and whether it still is that file.

A file is known by device and inode, which a renaming keeps, and by hashes of its beginning and of what was read of it
last, which tell a file apart from another that was given the same inode, was written over it, or only begins like it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import Self

#: Bytes that are looked at of a file's beginning, once it has so many, and before the place to which it was read.
BEGINNING = 1024


@dataclass(frozen=True, slots=True)
class Position:
    """`offset` bytes have been read; `digest` is that of the first `length` of them, `last` that of as many before
    `offset`; empty where it is not known. `missing_s`: since when there is no such file (Unix seconds), 0 while there
    is one.
    """

    offset: int = 0
    length: int = 0
    digest: str = ""
    last: str = ""
    missing_s: int = 0

    def to_text(self) -> str:
        """The position as it is kept."""
        return json.dumps([self.offset, self.length, self.digest, self.last, self.missing_s])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The position that `to_text` wrote; the beginning for what is none."""
        try:
            offset, length, digest, *rest = json.loads(text)
            last, missing_s = str(rest[0]) if rest else "", int(rest[1]) if len(rest) > 1 else 0
            return cls(int(offset), int(length), str(digest), last, missing_s)
        except (ValueError, TypeError):
            return cls()

    @classmethod
    def of(cls, descriptor: int, offset: int) -> Self:
        """The position of a file that has been read so far. Raises OSError."""
        length = min(offset, BEGINNING)
        return cls(offset, length, digest(descriptor, length), digest(descriptor, length, offset - length))

    def fits(self, descriptor: int) -> bool:
        """Whether a file holds what was read of the one that this was taken of, as far as its ends tell. Raises
        OSError.
        """
        if os.fstat(descriptor).st_size < self.offset or digest(descriptor, self.length) != self.digest:
            return False
        return not self.last or digest(descriptor, self.length, self.offset - self.length) == self.last


def digest(descriptor: int, length: int, start: int = 0) -> str:
    """Of some bytes of a file; empty for none. Raises OSError."""
    return hashlib.blake2b(os.pread(descriptor, length, start), digest_size=8).hexdigest() if length else ""
