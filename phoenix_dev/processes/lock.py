"""A lock on a file: of all processes that want it, one has it.

The kernel frees the lock when its holder ends, however it ends, so nothing stale can be left behind. The file stays for
good (removing a lock file lets two processes hold "the" lock); in it the holder says which process it is.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Self

from phoenix_dev.errors import NotReady
from phoenix_dev.processes.identity import identity, lives

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

#: Someone who only asks whether the lock is held has it for microseconds; whoever wants it for good waits that out.
_ASKERS_S = 0.25


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that says it holds a lock: its number and its identity."""

    pid: int
    identity: str

    @property
    def alive(self) -> bool:
        """Whether the number still means that very process."""
        return lives(self.pid, self.identity)


class FileLock:
    """The lock, held until `release` or the end of the process."""

    def __init__(self, path: Path, fd: int) -> None:
        self._path = path
        self._fd = fd

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """Take the lock; None when another process has it. Raises OSError when the file cannot be opened."""
        fd = _opened(path)
        deadline = time.monotonic() + _ASKERS_S
        while not _locked(fd, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                os.close(fd)
                return None
            time.sleep(0.005)
        return cls(path, fd)._signed()

    @classmethod
    def wait_for(cls, path: Path) -> Self:
        """Take the lock once nobody else has it. Raises OSError when the file cannot be opened."""
        fd = _opened(path)
        fcntl.flock(fd, fcntl.LOCK_EX)
        return cls(path, fd)._signed()

    @property
    def in_place(self) -> bool:
        """Whether the file is still the one in the folder; once it was removed, another process can lock a new one."""
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(self._fd))
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Let another process have it."""
        os.ftruncate(self._fd, 0)
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _signed(self) -> Self:
        mine = {"pid": os.getpid(), "identity": identity(os.getpid())}
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, json.dumps(mine).encode(), 0)
        return self


def is_held(path: Path) -> bool:
    """Whether a process holds the lock. Raises NotReady when the file is not ours to look at."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise NotReady(f"{path} cannot be opened: {error.strerror}", hint=f"ls -l {quote(str(path))}") from error
    try:
        return not _locked(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)


def holder(path: Path) -> Holder | None:
    """Who holds the lock, by its own word; None when nobody does, or it has not said so yet."""
    if not is_held(path):
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Holder(int(said["pid"]), str(said["identity"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _locked(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
