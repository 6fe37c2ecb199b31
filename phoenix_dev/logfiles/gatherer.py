"""The loop over all files: what has come is sent with the position behind it, and counts as read once that is kept."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.lines.export import LogExport
from phoenix_dev.lines.parse import parse
from phoenix_dev.logfiles.discover import matching, renamed
from phoenix_dev.logfiles.follower import Follower
from phoenix_dev.logfiles.missing import LOOK_S, look_for_missing
from phoenix_dev.logfiles.position import BEGINNING, Position, digest
from phoenix_dev.logfiles.reading import FilesReading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from phoenix_dev.lines.grouping import Group
    from phoenix_dev.logfiles.discover import FileId

#: One export: so many records or bytes of text at most.
_RECORDS = 2000
_BYTES = 1024 * 1024
#: Positions in one header.
_FILES = 50
#: A file that no pattern matches any more, renamed or removed, is let go of once it has been quiet for so long.
_QUIET_S = 30.0
#: A copy that has not grown for so long (seconds) is whole.
_COPYING_S = 2.0
#: Open files at a time.
_MOST_FILES = 1000
#: To look for files may take so much of the time.
_SHARE = 0.05


@dataclass(slots=True)
class _Batch:
    export: LogExport = field(default_factory=lambda: LogExport(""))
    positions: dict[FileId, Position] = field(default_factory=dict)
    size: int = 0


class Gatherer:
    """`positions` are those in the store at the start, by source; `send` returns once an export and the positions with
    it are kept; `say` is for what the user should know.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        positions: dict[str, str],
        send: Callable[[bytes, dict[str, str]], None],
        say: Callable[[str], None],
    ) -> None:
        self._patterns = patterns
        files = ((_file_of(source), Position.from_text(text)) for source, text in positions.items())
        self._known = {identity: position for identity, position in files if identity is not None}
        self._send = send
        self._say = say
        self._open: dict[FileId, Follower] = {}
        self._there: dict[FileId, str] = {}
        self._said: set[str] = set()
        self._unmatched: tuple[str, ...] = ()
        self._unreadable: dict[str, str] = {}
        self._look_at = 0.0
        self._missing_at = 0.0
        self._last_ns = 0
        #: Of files that were cut: what a copy of them may begin with.
        self._past: deque[Position] = deque(maxlen=100)
        self._batch = _Batch()

    def start(self) -> None:
        """Also take up what was renamed while nobody looked."""
        for identity, path in renamed(self._patterns, self._known).items():
            self._follow(identity, path)

    def turn(self) -> bool:
        """Read what there is and send it; whether there was anything."""
        if time.monotonic() >= self._look_at:
            self.look()
        read = False
        for identity, follower in list(self._open.items()):
            with self._naming(follower.path):
                read |= self._take(identity, follower, follower.groups())
        self._flush()
        return read

    def reading(self) -> FilesReading:
        """How it stands with them."""
        behind = sum(follower.behind_bytes for follower in self._open.values())
        return FilesReading(len(self._open), behind, self._unmatched, dict(self._unreadable))

    def close(self) -> None:
        """Let go of all files."""
        for follower in self._open.values():
            follower.close()
        self._open.clear()

    def look(self) -> None:
        """Look which files there are; `turn` does so now and then."""
        begun = time.monotonic()
        found = {pattern: matching(pattern) for pattern in self._patterns}
        self._unmatched = tuple(pattern for pattern, files in found.items() if not files)
        there: dict[FileId, str] = {}
        for files in found.values():
            there = files | there
        self._there = there
        self._unreadable = {path: why for path, why in self._unreadable.items() if path in there.values()}
        for identity, path in there.items():
            if identity in self._open:
                self._open[identity].path = path
            elif not (self._full and self._is_read(identity, path)):
                self._follow(identity, path)
        for identity in [
            one for one, follower in self._open.items() if one not in there and follower.quiet_s > _QUIET_S
        ]:
            self._let_go(identity)
        if begun >= self._missing_at:
            self._missing_at = begun + LOOK_S
            self._look_for_missing()
        now = time.monotonic()
        self._look_at = now + (now - begun) / _SHARE

    def _look_for_missing(self) -> None:
        if not self._patterns:
            return  # nobody looks for any file
        there = {*self._there, *self._open, *renamed(self._patterns, self._known)}
        look_for_missing(self._known, there, _source_of, self._send, int(time.time()))

    def _follow(self, identity: FileId, path: str) -> None:
        if self._full and not self._make_room():
            self._say_once(f"{_MOST_FILES} log files are followed already: {path} waits until one of them is quiet")
            return
        with self._naming(path), contextlib.ExitStack() as unless_followed:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            unless_followed.callback(os.close, descriptor)
            opened = os.fstat(descriptor)
            position = self._position_of(identity, descriptor)
            # Another file by now, renamed a moment ago; or a copy in the making. The next look finds it.
            if (opened.st_dev, opened.st_ino) != identity or position is None:
                return
            unless_followed.pop_all()
            self._open[identity] = Follower(path, descriptor, position)
            self._unreadable.pop(path, None)

    @property
    def _full(self) -> bool:
        return len(self._open) >= _MOST_FILES

    def _make_room(self) -> bool:
        """Let go of the file that has been quiet longest, if one has been for a while; it is taken up when it grows."""
        identity, longest = max(self._open.items(), key=lambda one: one[1].quiet_s)
        if longest.quiet_s <= _QUIET_S or longest.behind_bytes:
            return False
        self._let_go(identity)
        return True

    def _is_read(self, identity: FileId, path: str) -> bool:
        """Whether a file that is not open was read to its end, so that it need not be opened."""
        known = self._known.get(identity)
        try:
            return known is not None and os.stat(path).st_size == known.offset
        except OSError:
            return False

    def _position_of(self, identity: FileId, descriptor: int) -> Position | None:
        """From where a file is read: where it, or the file that it is a copy of, was left; else from its beginning.
        None for a copy in the making.
        """
        known = self._known.get(identity)
        if known is not None and known.fits(descriptor):
            return known
        begins, found = digest(descriptor, BEGINNING), os.fstat(descriptor)
        others = ((other, position) for other, position in self._known.items() if other != identity)
        for other, position in (*others, *((None, past) for past in self._past)):
            if position.length < BEGINNING or position.digest != begins:
                continue
            # logrotate's copytruncate leaves a copy of what has been read.
            if position.fits(descriptor):
                return Position.of(descriptor, position.offset)
            if found.st_size < position.offset:
                if time.time() - found.st_mtime < _COPYING_S:
                    return None
                if other is None or self._was_cut(other, position):
                    # Copied, then written to, then cut: what is in the copy has been read.
                    return Position.of(descriptor, found.st_size)
        return Position()

    def _was_cut(self, identity: FileId, position: Position) -> bool:
        """Whether a file is shorter now than what was read of it."""
        path = self._there.get(identity)
        try:
            return path is not None and os.stat(path).st_size < position.offset
        except OSError:
            return False

    def _let_go(self, identity: FileId) -> None:
        follower = self._open[identity]
        with self._naming(follower.path):
            self._take(identity, follower, follower.rest())
        self._flush()
        del self._open[identity]
        follower.close()

    def _take(self, identity: FileId, follower: Follower, groups: Iterable[Group]) -> bool:
        before, end = follower.position, -1
        for group in groups:
            end = group.end
            self._last_ns = max(time.time_ns(), self._last_ns + 1)
            self._batch.export.add(parse(group.text), self._last_ns, follower.service)
            self._batch.size += len(group.text)
        if follower.position.offset < before.offset and before.length == BEGINNING:
            self._past.append(before)
        if end < 0:
            return False
        self._known[identity] = self._batch.positions[identity] = follower.handed_out(end)
        full = self._batch.export.records >= _RECORDS or self._batch.size >= _BYTES
        if full or len(self._batch.positions) >= _FILES:
            self._flush()
        return True

    def _flush(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if batch.positions:
            positions = {_source_of(identity): position.to_text() for identity, position in batch.positions.items()}
            self._send(batch.export.request.SerializeToString(), positions)

    @contextlib.contextmanager
    def _naming(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._unreadable[path] = error.strerror or type(error).__name__
            self._say_once(f"the log file {path} cannot be read: {error.strerror}")

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._say(sentence)


_PREFIX = "file"


def _source_of(identity: FileId) -> str:
    return f"{_PREFIX}:{identity[0]}:{identity[1]}"


def _file_of(source: str) -> FileId | None:
    kind, _, rest = source.partition(":")
    device, _, inode = rest.partition(":")
    return (int(device), int(inode)) if kind == _PREFIX and device.isdecimal() and inode.isdecimal() else None
