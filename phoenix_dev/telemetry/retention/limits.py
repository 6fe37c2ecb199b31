"""How long and how much the store keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Ages in nanoseconds; `size` is what the store's files may take, in bytes."""

    size: int
    traces_ns: int
    error_traces_ns: int
    logs_ns: int
    metrics_ns: int

    @property
    def file_bytes(self) -> int:
        """Of `size`, for the database file: the rest is for its write-ahead log."""
        return self.size - self.wal_bytes

    @property
    def wal_bytes(self) -> int:
        """Of `size`, for the write-ahead log: at most 32 MiB, twice what starts a checkpoint."""
        return min(32 * 1024 * 1024, self.size // 4)

    @property
    def series_bytes(self) -> int:
        """Beside `size`, for the series that are made of the telemetry (telemetry/series)."""
        return self.size // 10

    @property
    def reserve_bytes(self) -> int:
        """Beside `size`, for removing when the disk is full: a whole write-ahead log folded in, and one to delete."""
        return min(self.wal_bytes // 2 + 4 * 1024 * 1024, self.size // 4)
