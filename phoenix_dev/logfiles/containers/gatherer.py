"""The loop over all containers: what has come is sent with the position behind it, and is read once that is kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import NotReady
from phoenix_dev.lines.export import LogExport
from phoenix_dev.lines.parse import parse
from phoenix_dev.logfiles.containers.entries import STDERR
from phoenix_dev.logfiles.containers.follower import ContainerFollower
from phoenix_dev.logfiles.containers.position import ContainerPosition
from phoenix_dev.logfiles.containers.stream import LogStream
from phoenix_dev.logfiles.missing import LOOK_S, look_for_missing
from phoenix_dev.logfiles.reading import ContainerReading
from phoenix_dev.runtime.compose.docker_engine import resolve_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from phoenix_dev.logfiles.containers.follower import Whole
    from phoenix_dev.runtime.compose.docker_engine import DockerEngine

#: Between two looks at which containers there are (seconds), and how much of the time they may take.
_LOOK_S = 1.0
_SHARE = 0.05
#: Until a container whose output could not be read is tried again (seconds).
_AGAIN_S = 5.0
_SERVICE_LABEL = "com.docker.compose.service"
_NEVER_STARTED = "0001-"
_PREFIX = "container:"


@dataclass(slots=True)
class _Open:
    """A container that is followed, under the name it was looked for by; `run` is when it was started, `begun_at` from
    where it is read.
    """

    name: str
    service: str
    run: str
    begun_at: ContainerPosition
    follower: ContainerFollower


@dataclass(slots=True)
class ContainerGatherer:
    """`names` are those of containers that may or may not be there. `positions` are those kept at the start, by source;
    `send` returns once an export and the positions with it are kept; `say` is for what the user should know.
    """

    names: Sequence[str]
    positions: Mapping[str, str]
    send: Callable[[bytes, dict[str, str]], None]
    say: Callable[[str], None]
    _known: dict[str, ContainerPosition] = field(init=False)
    _open: dict[str, _Open] = field(default_factory=dict)
    #: Of containers that ended and were read to their end: which run of them that was.
    _ended: dict[str, str] = field(default_factory=dict)
    _failed: dict[str, tuple[str, float]] = field(default_factory=dict)
    #: What each name stands for now.
    _named: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _trouble: str = ""
    _said: set[str] = field(default_factory=set)
    _look_at: float = 0.0
    _missing_at: float = 0.0

    def __post_init__(self) -> None:
        self._known = {
            source.removeprefix(_PREFIX): position
            for source, text in self.positions.items()
            if source.startswith(_PREFIX) and (position := ContainerPosition.from_text(text)) is not None
        }

    def turn(self) -> bool:
        """Read what there is and send it; whether there was anything."""
        if time.monotonic() >= self._look_at:
            self.look()
        read = False
        for container, one in list(self._open.items()):
            read |= self._take(container, one)
        return read

    def look(self) -> None:
        """Look which containers there are; `turn` does so now and then."""
        begun = time.monotonic()
        try:
            docker_engine = resolve_engine()
            there = {str(one["Id"]): one for one in docker_engine.ask("/containers/json?all=1") or ()}
            self._named = {
                name: one
                for one in there.values()
                for name in map(_plain, one.get("Names") or ())
                if name in self.names
            }
            wanted = {container: one.name for container, one in self._known.items() if container in there}
            wanted |= {str(one["Id"]): name for name, one in self._named.items()}
            for container, name in wanted.items():
                if container not in self._open and name in self.names and self._may_be_tried(container):
                    self._try(docker_engine, container, name, there[container].get("Labels") or {})
            self._trouble = ""
            if begun >= self._missing_at:
                self._missing_at = begun + LOOK_S
                look_for_missing(self._known, there, _source_of, self.send, int(time.time()))
        except NotReady as error:
            self._trouble = error.message
            self._say_once(error.message)
        now = time.monotonic()
        self._look_at = now + max(_LOOK_S, (now - begun) / _SHARE)

    def readings(self) -> list[ContainerReading]:
        """How it stands with each name."""
        return [self._reading(name) for name in self.names]

    def close(self) -> None:
        """Let go of all containers."""
        for one in self._open.values():
            one.follower.close()
        self._open.clear()

    def _try(self, docker_engine: DockerEngine, container: str, name: str, labels: Mapping[str, str]) -> None:
        """Follow it; one that cannot be asked about keeps nobody from the others."""
        try:
            self._follow(docker_engine, container, name, labels)
        except NotReady as error:
            self._fail(container, name, error.message)

    def _fail(self, container: str, name: str, why: str) -> None:
        self._failed[container] = why, time.monotonic() + _AGAIN_S
        self._say_once(f"the output of the container {name} cannot be read: {why}")

    def _follow(self, docker_engine: DockerEngine, container: str, name: str, labels: Mapping[str, str]) -> None:
        details = docker_engine.ask(f"/containers/{container}/json")
        run = str(details["State"]["StartedAt"]) if details else _NEVER_STARTED
        if run.startswith(_NEVER_STARTED) or self._ended.get(container) == run:
            return
        position = self._known.get(container) or ContainerPosition(name)
        stream = LogStream(docker_engine, container, position.since, terminal=bool(details["Config"]["Tty"]))
        service = labels.get(_SERVICE_LABEL) or name
        self._open[container] = _Open(name, service, run, position, ContainerFollower(stream, position))

    def _take(self, container: str, one: _Open) -> bool:
        before = one.follower.position
        taken = one.follower.take()
        if one.follower.end is None:
            self._keep(container, one, before, taken)
            return bool(taken)
        # What was taken in, but is not whole, is read again when the container goes on: it was kept nowhere.
        over = not one.follower.end.why and self._is_over(container)
        self._keep(container, one, before, [*taken, *one.follower.rest()] if over else taken)
        del self._open[container]
        one.follower.close()
        if over and one.follower.position == one.begun_at:
            # Asked once more after its end, since Docker engines may end an answer a moment early.
            self._ended[container] = one.run
            self._failed.pop(container, None)
        elif one.follower.end.why:
            self._fail(container, one.name, one.follower.end.why)
        return bool(taken)

    def _keep(self, container: str, one: _Open, before: ContainerPosition, taken: Sequence[Whole]) -> None:
        position = one.follower.position
        if position == before:
            return
        export = LogExport(one.service, {"container.name": one.name, "container.id": container})
        for whole in taken:
            record = parse(whole.text)
            record.time_ns = record.time_ns or whole.time_ns
            record.attributes.setdefault("log.iostream", "stderr" if whole.stream == STDERR else "stdout")
            # Docker's time, so that what is sent again is the same again.
            export.add(record, whole.time_ns)
        self.send(export.request.SerializeToString(), {_source_of(container): position.to_text()})
        self._known[container] = position
        self._failed.pop(container, None)

    @staticmethod
    def _is_over(container: str) -> bool:
        """Whether this run of a container has ended, or the container is there no more."""
        try:
            details = resolve_engine().ask(f"/containers/{container}/json")
        except NotReady:
            return False
        return details is None or not details["State"]["Running"] or bool(details["State"]["Restarting"])

    def _may_be_tried(self, container: str) -> bool:
        return container not in self._failed or time.monotonic() >= self._failed[container][1]

    def _reading(self, name: str) -> ContainerReading:
        one = self._named.get(name)
        if self._trouble or one is None:
            return ContainerReading(name, "unread" if self._trouble else "awaited", self._trouble)
        container = str(one["Id"])
        if container in self._failed:
            return ContainerReading(name, "unread", self._failed[container][0])
        if container in self._open:
            return ContainerReading(name, "followed", behind_ns=self._open[container].follower.behind_ns)
        # Between two looks a container that was started again is followed soon.
        if one["State"] == "running":
            return ContainerReading(name, "followed")
        return ContainerReading(name, "ended" if container in self._known else "awaited")

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self.say(sentence)


def _source_of(container: str) -> str:
    return f"{_PREFIX}{container}"


def _plain(name: str) -> str:
    """A container's name; one that a link gives it (`/other/name`) is none."""
    return name[1:] if name.startswith("/") else name
