"""How it stands with what `logs` of the settings names, in words: log files and containers, on both runtimes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.logfiles.discover import matching
from phoenix_dev.logfiles.reading import FilesReading, Reading
from phoenix_dev.model.quantity import duration, size
from phoenix_dev.model.stack import Component

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from phoenix_dev.runtime.compose.containers import ContainerFacts

FILES, CONTAINERS = "log-files", "containers"
#: Of a kind, in one line.
_MOST = 3
#: What is not that old is on its way (nanoseconds).
_ON_ITS_WAY_NS = 2 * 10**9


@dataclass(frozen=True, slots=True)
class Followed:
    """`stopped`: why nobody reads at all, empty where somebody does. `missing`: what is not there yet. `unread`: why
    what is there is not read, by path or name.
    """

    name: str
    what: str
    stopped: str = ""
    missing: Sequence[str] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    restarts: int | None = None

    def component(self) -> Component:
        """As a part of the stack."""
        troubles = [f"{name} cannot be read: {why}" for name, why in self.unread.items()]
        told = self.stopped or "; ".join([self.what, *_few(troubles), *_few(self.missing)])
        state = "stopped" if self.stopped else "running"
        health = "unhealthy" if self.stopped or self.unread else "healthy"
        return Component(self.name, state, health, 0, told, self.restarts)  # type: ignore[arg-type]


def by_the_reader(home: Path, files: Sequence[str], containers: Sequence[str]) -> list[Followed]:
    """What our own reader follows: the embedded engine's, and that of containers beside the real stack."""
    reading = Reading.read(home)
    if reading is None or not reading.goes_on:
        names = [name for name, wanted in ((FILES, files), (CONTAINERS, containers)) if wanted]
        return [Followed(name, "", "their reader does not run; phoenix-dev up starts it") for name in names]
    told = [_files(reading.files)] if files else []
    return [*told, _containers(reading)] if containers else told


def by_the_collector(patterns: Sequence[str], facts: ContainerFacts | None) -> Followed:
    """Log files on the real stack: what there is to read, as the user sees it who the collector runs as."""
    if facts is None:
        return Followed(FILES, "", "their collector has no container; phoenix-dev up starts it")
    if facts.status != "running":
        return Followed(FILES, "", f"their collector {facts.name} {facts.why}", restarts=facts.restarts)
    found = {pattern: matching(pattern) for pattern in patterns}
    paths = {path for files in found.values() for path in files.values()}
    unreadable = {path: "Permission denied" for path in sorted(paths) if not os.access(path, os.R_OK)}
    unmatched = tuple(pattern for pattern, files in found.items() if not files)
    reading = FilesReading(len(paths) - len(unreadable), 0, unmatched, unreadable)
    return _files(reading, restarts=facts.restarts)


def _files(reading: FilesReading, restarts: int | None = None) -> Followed:
    what = f"{reading.files:,} file{'' if reading.files == 1 else 's'}"
    if reading.behind_bytes:
        what = f"{what}, {size(reading.behind_bytes)} behind"
    missing = [f"nothing matches {pattern}" for pattern in reading.unmatched]
    return Followed(FILES, what, missing=missing, unread=reading.unreadable, restarts=restarts)


def _containers(reading: Reading) -> Followed:
    followed = [one for one in reading.containers if one.state == "followed"]
    what = f"{len(followed):,} container{'' if len(followed) == 1 else 's'}"
    behind = max((one.behind_ns for one in followed), default=0)
    if behind > _ON_ITS_WAY_NS:
        what = f"{what}, {duration(behind)} behind"
    words = {"awaited": "is waited for", "ended": "has ended, all of it is kept"}
    missing = [f"{one.name} {words[one.state]}" for one in reading.containers if one.state in words]
    unread = {one.name: one.why for one in reading.containers if one.state == "unread"}
    return Followed(CONTAINERS, what, missing=missing, unread=unread)


def _few(sentences: Sequence[str]) -> list[str]:
    more = len(sentences) - _MOST
    return [*sentences[:_MOST], f"and {more} more"] if more > 0 else list(sentences)
