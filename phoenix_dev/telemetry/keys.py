"""By what an ID is indexed."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.model.identifier import IdKind


def identifier_key(kind: IdKind, value: str) -> int:
    """What an ID is indexed by: 63 bits of a hash over kind and value.

    8 bytes instead of a text keep the index small and its look-ups flat; two IDs of one store meet by chance once in
    10^18 / (IDs kept).
    """
    digest = blake2b(kind[0].encode() + value.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
