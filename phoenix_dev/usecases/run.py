"""`run`: commands with the variables of `env`, their output on the screen as it is and in the stack as logs."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from subprocess import DEVNULL
from typing import TYPE_CHECKING, NoReturn

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.processes.umask import users_umask
from phoenix_dev.running.automatic import instrumented
from phoenix_dev.running.child import Child, Command, become, first_failure, start_in_terminal, start_with_pipes
from phoenix_dev.running.delivery import Delivery
from phoenix_dev.running.options import ShipperOptions
from phoenix_dev.running.prefixed import Prefixed
from phoenix_dev.running.relay import Plain, Relay, Source
from phoenix_dev.running.service import name_of, service_of
from phoenix_dev.running.terminal import Terminal
from phoenix_dev.running.where import find_endpoint
from phoenix_dev.usecases.environment import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from phoenix_dev.settings import RunEntry, Settings

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_RESOURCE = "OTEL_RESOURCE_ATTRIBUTES"


@dataclass(frozen=True, slots=True)
class Where:
    """Where output goes: `endpoint` takes OTLP/HTTP, or would if the stack ran; `flags` find it again; `say` tells the
    user something while commands run; `patience_s` is how long their end waits for what is not delivered; `runs` is
    False when the user knows already that the stack does not.
    """

    endpoint: str
    flags: Mapping[str, str]
    say: Callable[[str], None]
    patience_s: float
    runs: bool = True


def endpoint_for(settings: Settings, flags: Mapping[str, str]) -> tuple[str, str]:
    """Where the stack takes OTLP over HTTP, and why it does not (empty when it runs)."""
    try:
        return find_endpoint(flags), ""
    except PhoenixDevError as error:
        return f"http://127.0.0.1:{settings.ports.otlp_http}", error.message


def command_for(argv: Sequence[str], where: Where, *, service: str = "", auto: bool = False) -> Command:
    """A command as it is to be run, and its service as the command's `name`.

    A service is told to the command only if the user named it, or there is nobody else to: its code may name another.
    Raises NotReady or UsageError when it cannot be instrumented.
    """
    given = os.environ
    variables = {**given, **environment(where.endpoint)}
    if given.get(_RESOURCE):  # the later of two attributes counts, and the user's own should
        variables[_RESOURCE] = f"{variables[_RESOURCE]},{given[_RESOURCE]}"
    name = service or service_of(argv, given)
    if service or (auto and name == name_of(argv)):
        variables["OTEL_SERVICE_NAME"] = name
    command = Command(tuple(argv), variables, users_umask(), name=name)
    return instrumented(command) if auto else command


def only_run(command: Command) -> NoReturn:
    """Run a command in our place, its output kept nowhere. Raises CannotRun."""
    become(command)


def run_one(command: Command, where: Where) -> int:
    """Run a command as if it was typed by itself; its wait status. Raises CannotRun."""
    child = _child_on_our_terminal(command)
    screens = (Plain(_STDOUT), Plain(_STDERR))
    sources = {fd: Source(number, screens[number]) for number, fd in enumerate(child.outputs)}
    return _relayed([child], sources, (command.name, command.name), where)[0]


def commands_of(entries: Sequence[RunEntry], where: Where, *, auto: bool = False) -> list[Command]:
    """The commands that phoenix-dev.yaml lists, each with its own variables and folder."""
    made = []
    for entry in entries:
        command = command_for(entry.argv, where, service=entry.name)
        own = replace(command, environment={**command.environment, **dict(entry.env)}, folder=entry.dir or None)
        made.append(instrumented(own) if auto else own)
    return made


def run_all(commands: Sequence[Command], prefixes: Sequence[str], where: Where) -> int:
    """Run commands side by side until the last has ended; the wait status of the first that failed, else 0.

    Raises CannotRun for the first that cannot be started; those before it are ended.
    """
    children: list[Child] = []
    sources: dict[int, Source] = {}
    try:
        for command, prefix in zip(commands, prefixes, strict=True):
            child = start_with_pipes(command, stdin=DEVNULL, shared=False)
            for at, fd in enumerate(child.outputs):
                screen = Plain((_STDOUT, _STDERR)[at])
                sources[fd] = Source(2 * len(children) + at, Prefixed(screen, prefix.encode("utf-8", "replace")))
            children.append(child)
    except PhoenixDevError:
        _end(children)
        raise
    services = tuple(command.name for command in commands for _ in range(2))
    return first_failure(_relayed(children, sources, services, where))


def _child_on_our_terminal(command: Command) -> Child:
    keyboard = os.isatty(_STDIN)
    if os.isatty(_STDOUT):
        terminal = Terminal(_STDOUT, _STDIN)
        return start_in_terminal(command, terminal, keyboard=keyboard, stderr_too=os.isatty(_STDERR))
    return start_with_pipes(command, stdin=None, shared=keyboard)


def _relayed(
    children: Sequence[Child], sources: dict[int, Source], services: tuple[str, ...], where: Where
) -> list[int]:
    from urllib.parse import unquote

    pairs = (pair.partition("=") for pair in environment(where.endpoint)[_RESOURCE].split(","))
    resource = {key: unquote(value) for key, _, value in pairs}
    delivery = Delivery(
        ShipperOptions(services, resource, where.endpoint, dict(where.flags)), where.say, told=not where.runs
    )
    relay = Relay(children, sources, delivery)
    try:
        relay.run()
        delivery.finish(where.patience_s)
    except KeyboardInterrupt:  # while delivering: who cannot wait need not
        delivery.finish(0)
    except BaseException:
        _end(children)
        delivery.stop()
        raise
    finally:
        for child in children:
            child.close()
    return relay.ends


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.process.kill()
        child.process.wait()
        child.close()
