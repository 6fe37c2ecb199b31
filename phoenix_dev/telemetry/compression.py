"""Compressing blocks: zstd, with dictionaries learnt from the blocks themselves.

Blocks are small and alike. A dictionary of 8 kB, trained from 500 of them in about 25 ms, halves both their size and
the time to compress them. It is kept in the store before the first block that needs it; a frame names its dictionary
by number (RFC 8878, section 3.1.1.1.3), so a block needs no column for it. The way back is in unpack.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import zstandard

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

BlockKind = Literal["span", "log", "metric"]

#: Level 3 gives blocks of some kilobytes no better size; 1 is faster.
_LEVEL = 1
_DICTIONARY_BYTES = 8 * 1024
#: Blocks that a dictionary is trained from, and after which it is asked whether it still fits.
_SAMPLES = 500
#: Of one block, as a sample: a megabyte of stack trace teaches nothing more.
_SAMPLE_BYTES = 16 * 1024
#: A dictionary is replaced when blocks come out so many times larger than those it was trained for.
_WORN = 1.5


class BlockCompressor:
    """Compresses the blocks of one kind, and learns while it does. Belongs to the writer's transaction."""

    def __init__(self, db: sqlite3.Connection, kind: BlockKind) -> None:
        self._db = db
        self._kind = kind
        row = db.execute(
            "SELECT id, ratio, data FROM dictionary WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,)
        ).fetchone()
        self._ratio: float | None = row[1] if row else None
        self._compress = _compressor(row[2] if row else None)
        self._samples: list[bytes] = []
        self._raw_bytes = self._frame_bytes = 0

    def compress(self, block: bytes) -> bytes:
        """The block as a zstd frame."""
        frame = self._compress(block)
        if len(self._samples) < _SAMPLES:
            self._samples.append(block[:_SAMPLE_BYTES])
            self._raw_bytes += len(block)
            self._frame_bytes += len(frame)
        return frame

    def learn(self) -> None:
        """Call before COMMIT: train a dictionary when enough blocks have come and none fits; it serves from then on."""
        if len(self._samples) < _SAMPLES:
            return
        if self._ratio is None or self._frame_bytes > _WORN * self._ratio * self._raw_bytes:
            self._train()
        self._samples = []
        self._raw_bytes = self._frame_bytes = 0

    def _train(self) -> None:
        (number,) = self._db.execute("SELECT coalesce(max(id), 0) + 1 FROM dictionary").fetchone()
        try:
            trained = zstandard.train_dictionary(_DICTIONARY_BYTES, list(self._samples), k=200, d=8, dict_id=number)
        except zstandard.ZstdError:
            return  # nothing to learn, all too short or all the same; without a dictionary they are kept as well
        self._compress = _compressor(trained.as_bytes())
        size = sum(len(self._compress(sample)) for sample in self._samples)
        self._ratio = size / sum(map(len, self._samples))
        self._db.execute(
            "INSERT INTO dictionary (id, kind, ratio, data) VALUES (?, ?, ?, ?)",
            (number, self._kind, self._ratio, trained.as_bytes()),
        )


def _compressor(dictionary: bytes | None) -> Callable[[bytes], bytes]:
    known = None if dictionary is None else zstandard.ZstdCompressionDict(dictionary)
    return zstandard.ZstdCompressor(level=_LEVEL, dict_data=known, write_checksum=True).compress
