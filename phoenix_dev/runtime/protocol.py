"""What every runtime promises to the commands `up`, `down`, `status` and `env`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from phoenix_dev.model.stack import Endpoints, StackStatus, StoredData

#: What may be done to a part of a stack, on purpose.
Disturbance = Literal["stop", "pause"]


@dataclass(frozen=True, slots=True)
class Started:
    """A stack that accepts and answers, and what its user should be told: a port that moved, say."""

    status: StackStatus
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """Whether anything ran before, and what its user should be told."""

    ran: bool
    notes: tuple[str, ...] = ()


class Listener(Protocol):
    """Hears how a start goes on. Called from several threads; the texts of `failed` come from the part itself."""

    def pulling(self, image: str, done_bytes: int, total_bytes: int) -> None:
        """So much of an image is here."""
        ...

    def pulled(self, image: str) -> None:
        """An image is here."""
        ...

    def pulls_ended(self) -> None:
        """Nothing is pulled any more, whatever became of it."""
        ...

    def ready(self, part: str, seconds: float) -> None:
        """A part accepts and answers, so long after it was told to start."""
        ...

    def failed(self, part: str, why: str, last_lines: tuple[str, ...]) -> None:
        """A part does not; what it said last."""
        ...


class Silence:
    """A listener that tells nobody."""

    def pulling(self, image: str, done_bytes: int, total_bytes: int) -> None:
        """See Listener."""

    def pulled(self, image: str) -> None:
        """See Listener."""

    def pulls_ended(self) -> None:
        """See Listener."""

    def ready(self, part: str, seconds: float) -> None:
        """See Listener."""

    def failed(self, part: str, why: str, last_lines: tuple[str, ...]) -> None:
        """See Listener."""


class Runtime(Protocol):
    """One way to run the stack of one project. No method waits longer than the time it names."""

    @property
    def name(self) -> str:
        """The word for `--runtime`: "embedded" or "compose"."""
        ...

    @property
    def readable_when_stopped(self) -> bool:
        """Whether what was received can be read while nothing runs."""
        ...

    def start(self, timeout_s: float) -> Started:
        """Start what does not run and return once every part accepts and answers.

        Running already: returns at once, unless settings that the user named differ from those it runs with; then it
        is started anew and keeps its data. What a crash left behind is cleared away. A taken port moves to the next
        free one, told in the notes. Any number of starts at the same time end with one stack, and all of them return
        its status.

        Raises NotReady when a port that the user named is taken (what ran before then still runs), a part cannot
        start, or the time is up.
        """
        ...

    def stop(self) -> Stopped:
        """Finish what was taken, stop, and return once everything has ended. Data stays.

        Nothing running is no error: `ran` is False.

        Ends only processes that it started. Raises NotReady when what runs cannot be stopped.
        """
        ...

    def status(self) -> StackStatus:
        """What runs now; `received` is left empty. Never raises for a stack that is stopped, starting or hung."""
        ...

    def endpoints(self) -> Endpoints:
        """Where the running stack takes telemetry. Raises NotReady when none runs."""
        ...

    def begin_drill(self, time_scale: float) -> None:
        """Until `end_drill`, or the end of this process, divide durations and rate windows of rules by this, and
        evaluate and tell each second; 1 changes nothing, and no other process begins a drill meanwhile.

        Returns before rules are evaluated so. Raises NotReady when another drill is on, or the stack does not run.
        """
        ...

    def end_drill(self) -> None:
        """Have all as it was before. Raises NotReady when that cannot be done now; then the next `up` does it."""
        ...

    def disturb(self, part: str, how: Disturbance) -> None:
        """Stop or pause a part of the stack by its name. Raises UsageError where there is none of this name."""
        ...

    def undo(self, part: str, how: Disturbance) -> None:
        """Let it run again."""
        ...

    def notice_services(self) -> None:
        """Have the services asked for their health that are listed now (`phoenix_dev.scraping.targets`). Where nothing
        runs that asks, `start` does it. Raises NotReady when that cannot be done.
        """
        ...

    def data(self, *, sized: bool = True) -> StoredData:
        """What is on disk, whether or not the stack runs; size 0 when there is nothing.

        Without `sized` the size may be 0 of something, too: to add it up may take a runtime half a minute. Raises
        NotReady when it cannot be found out.
        """
        ...

    def delete_data(self) -> None:
        """Remove what is on disk. Raises NotReady while the stack runs or when a file cannot be removed."""
        ...
