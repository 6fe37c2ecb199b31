"""A command as a process: how it is started, how signals reach it, how it ended."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
from dataclasses import dataclass, field
from shlex import quote
from typing import TYPE_CHECKING, Literal, NoReturn

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.running.delivery import larger_pipe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.running.terminal import Terminal

#: How the command hangs together with the user's terminal. `terminal`: it has one of its own; `shared`: the user types
#: into it, it is of our process group, and Ctrl-C reaches it without us; `apart`: it has a process group of its own.
Manner = Literal["terminal", "shared", "apart"]

_OF_A_TERMINAL = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGSTOP, signal.SIGCONT)

#: As shells and env(1) have it: POSIX, XCU 2.8.2.
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126


class CannotRun(PhoenixDevError):
    """The command is not there, or is no program; the exit status is a shell's for that."""

    def __init__(self, command: str, error: OSError) -> None:
        super().__init__(f"'{command}' cannot be run: {error.strerror}", hint=f"command -v {quote(command)}")
        self.exit_code = _NOT_FOUND if error.errno == errno.ENOENT else _NOT_EXECUTABLE


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be run: arguments, variables, folder (None: this one), and the file mode mask of who typed it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    umask: int
    folder: str | None = None
    name: str = ""


@dataclass(slots=True)
class Child:
    """A command that runs. `outputs` are the descriptors it is read from, stdout first."""

    process: subprocess.Popen[bytes]
    manner: Manner
    outputs: list[int]
    terminal: Terminal | None = None
    #: As waitpid tells it, None while it lives.
    status: int | None = None
    #: Whether it was stopped, as by Ctrl-Z, and not noticed yet.
    stopped: bool = field(default=False)

    def look(self) -> int | None:
        """See whether it has ended or was stopped: its status, once, when it has ended."""
        if self.status is not None:
            return None
        pid, status = os.waitpid(self.process.pid, os.WNOHANG | os.WUNTRACED)
        if pid and os.WIFSTOPPED(status):
            self.stopped = True
        elif pid:
            self.status = status
            self.process.returncode = os.waitstatus_to_exitcode(status)
        return self.status

    def signal(self, number: int) -> None:
        """Hand on a signal that reached us. What a terminal sends goes to all that belongs to the command."""
        if self.status is not None or (self.manner == "shared" and number in (signal.SIGINT, signal.SIGQUIT)):
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number in _OF_A_TERMINAL and self.manner != "shared":
                os.killpg(self._group(), number)
            else:
                os.kill(self.process.pid, number)

    @property
    def leads_the_terminal(self) -> bool:
        """Whether its own group has its terminal, not that of a command which it, a shell, has started."""
        return self._group() == self.process.pid

    def close(self) -> None:
        """Let go of its pipes."""
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _group(self) -> int:
        if self.terminal is not None:
            with contextlib.suppress(OSError):
                return os.tcgetpgrp(self.terminal.master) or self.process.pid
        return self.process.pid


def start_in_terminal(command: Command, terminal: Terminal, *, keyboard: bool, stderr_too: bool) -> Child:
    """Start a command on a terminal; its stdin is ours without `keyboard`, its stderr a pipe without `stderr_too`.

    Raises CannotRun.
    """
    slave = terminal.slave
    process = _started(
        command,
        stdin=slave if keyboard else None,
        stdout=slave,
        stderr=slave if stderr_too else subprocess.PIPE,
        start_new_session=True,
        # This process has a single thread, so nothing can be locked in the new one.
        preexec_fn=terminal.make_controlling,
    )
    terminal.close_slave()
    return Child(process, "terminal", [terminal.master, *_pipes(process)], terminal)


def start_with_pipes(command: Command, *, stdin: int | None, shared: bool) -> Child:
    """Start a command whose stdout and stderr are pipes. Raises CannotRun."""
    process = _started(
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=None if shared else 0,
    )
    return Child(process, "shared" if shared else "apart", _pipes(process))


def become(command: Command) -> NoReturn:
    """Run a command in the place of this process. Raises CannotRun."""
    os.umask(command.umask)
    # What Python ignores for itself (subprocess, `restore_signals`).
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(command.argv[0], command.argv, dict(command.environment))  # noqa: S606 - what the user typed
    except OSError as error:
        raise CannotRun(command.argv[0], error) from error


def _started(command: Command, **how: object) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]  # noqa: S603 - what the user typed
            command.argv,
            env=dict(command.environment),
            cwd=command.folder,
            umask=command.umask,
            bufsize=0,
            **how,
        )
    except OSError as error:
        missing = command.folder if error.filename == command.folder and command.folder else command.argv[0]
        raise CannotRun(missing, error) from error


def _pipes(process: subprocess.Popen[bytes]) -> list[int]:
    pipes = [stream.fileno() for stream in (process.stdout, process.stderr) if stream is not None]
    for descriptor in pipes:
        larger_pipe(descriptor)
    return pipes


def first_failure(statuses: Sequence[int]) -> int:
    """Of statuses in the order of their ends the first that is none of success, else 0."""
    return next((status for status in statuses if status), 0)
