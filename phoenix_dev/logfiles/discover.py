"""Which files there are under some patterns."""

from __future__ import annotations

import glob
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

#: Device and inode: what stays of a file that is renamed.
FileId = tuple[int, int]
#: Packed archives of logs, and what editors leave: no lines of a log, though a pattern may match them.
NO_LOGS = (".gz", ".bz2", ".xz", ".zst", ".zip", "~")


def matching(pattern: str) -> dict[FileId, str]:
    """The regular files that a pattern matches (`**` goes into folders), each once, with a path to it.

    Of NO_LOGS none, unless the pattern names just that.
    """
    found: dict[FileId, str] = {}
    for path in glob.iglob(pattern, recursive=True):
        if path.endswith(NO_LOGS) and path != pattern:
            continue
        if (identity := regular(path)) is not None:
            found.setdefault(identity, path)
    return found


def renamed(patterns: Iterable[str], wanted: Container[FileId]) -> dict[FileId, str]:
    """Files of the folders that patterns are about which have one of these identities, whatever they are called."""
    folders = {
        os.path.dirname(path) for pattern in patterns for path in (pattern, *glob.iglob(pattern, recursive=True))
    }
    found: dict[FileId, str] = {}
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    # What a folder says of an entry may be old; the file itself is asked again when it is opened.
                    identity = regular(entry.path)
                    if identity is not None and identity in wanted:
                        found[identity] = entry.path
        except OSError:
            continue
    return found


def regular(path: str) -> FileId | None:
    """The identity of a regular file; None for anything else."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None
