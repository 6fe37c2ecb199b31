"""Why nothing can be written in a folder: asked of the file system, since SQLite only says that it failed."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ELSEWHERE = "export PHOENIX_DEV_HOME=~/.phoenix-dev"
_PROBE = bytes(64 * 1024)


@dataclass(frozen=True, slots=True)
class Hindrance:
    """`what` is a sentence without its full stop, `fix` a command."""

    what: str
    fix: str


def find_hindrance(folder: Path, offset: int = 0) -> Hindrance | None:
    """What keeps this process from writing into a new file of a folder, at an offset in bytes; None when nothing does.

    Files that do not reach so far take no room for it.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            os.pwrite(file.fileno(), _PROBE, offset)
            os.fsync(file.fileno())
    except OSError as error:
        return hindrance_of(error, folder)
    return None


def hindrance_of(error: OSError, folder: Path) -> Hindrance:
    """What an error in a folder, or in making it, means."""
    where = quote(str(folder))
    match error.errno:
        case errno.ENOSPC if _no_inode_left(folder):
            what = f"the file system of {folder} has no inode left: it holds as many files as it can"
            return Hindrance(what, f"df -i {where}")
        case errno.ENOSPC:
            return Hindrance(f"the disk of {folder} is full", f"df -h {where}")
        case errno.EDQUOT:
            return Hindrance(f"your quota on the disk of {folder} is used up", "quota -s")
        case errno.EFBIG:
            what = f"a file in {folder} has reached the size that this process may write (ulimit -f)"
            return Hindrance(what, "ulimit -f unlimited && phoenix-dev down && phoenix-dev up")
        case errno.EROFS:
            return Hindrance(f"{folder} is on a file system that is mounted read-only", _ELSEWHERE)
        case errno.EACCES | errno.EPERM:
            return Hindrance(*_forbidden(folder))
    why = (error.strerror or str(error)).lower()
    return Hindrance(f"{error.filename or folder}: {why}", _ELSEWHERE)


def _near(folder: Path) -> Path:
    """The folder, or the nearest above it that can be looked at."""
    for near in (folder, *folder.parents):
        with contextlib.suppress(OSError):
            near.stat()
            return near
    return folder


def _no_inode_left(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        found = os.statvfs(_near(folder))
        # File systems that make inodes as they need them say that they have none at all.
        return found.f_files > 0 and found.f_favail == 0 and found.f_bavail > 0
    return False


def _forbidden(folder: Path) -> tuple[str, str]:
    """Whose the folder is."""
    near = _near(folder)
    found = near.stat()
    mode = f"mode {stat.S_IMODE(found.st_mode):04o}"
    if found.st_uid != os.geteuid():
        return f"{near} belongs to {_name(found.st_uid)} ({mode}), and you are {_name(os.geteuid())}", _ELSEWHERE
    return f"{near} forbids it ({mode})", f"chmod u+rwx {quote(str(near))}"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
