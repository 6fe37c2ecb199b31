"""Faults that can be let happen here and now: how each begins, how it ends, and what has to go on around it."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from phoenix_dev.drilling.catalogue import built_in
from phoenix_dev.drilling.fault import Host, Requests, Service
from phoenix_dev.drilling.host import WELL, MadeUpHost
from phoenix_dev.drilling.traffic import Traffic
from phoenix_dev.errors import NotReady, PhoenixDevError, UsageError
from phoenix_dev.model.drill import Expected
from phoenix_dev.signals.catalogue import BY_NAME
from phoenix_dev.signals.names import CORE_PARTS
from phoenix_dev.signals.rules import bound_of
from phoenix_dev.usecases.demo import fresh_seed, start_demo
from phoenix_dev.usecases.demo_faults import clear_faults, set_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from phoenix_dev.drilling.fault import BuiltIn
    from phoenix_dev.model.alert import Severity
    from phoenix_dev.runtime.protocol import Disturbance, Runtime
    from phoenix_dev.signals.tuning import Tuning

_LIST = "phoenix-dev chaos --list"
#: How long a command of the user's may take (seconds).
_COMMAND_S = 60.0
_STDERR = 2
#: Parts by the names that users and Prometheus have for them, as far as their absence can be told: Prometheus tells it,
#: Alertmanager sends it, and the inbox takes it.
_JOBS = {"collector": "otel-collector", "jaeger": "jaeger", "loki": "loki", "grafana": "grafana"}


class FaultAtHand(Protocol):
    """A fault. `what` says it in words, `along` names alerts that come with it, `ready` is PromQL that has an answer
    once what is measured is there; empty where nothing has to be. `left`: what it has started and left running.
    """

    @property
    def what(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def expected(self) -> Expected: ...  # noqa: D102
    @property
    def along(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def ready(self) -> str: ...  # noqa: D102
    @property
    def left(self) -> str: ...  # noqa: D102

    def around(self) -> AbstractContextManager[object]:
        """What has to go on before, meanwhile and after."""
        ...

    def inject(self) -> None:
        """Let it begin."""
        ...

    def recover(self) -> None:
        """Take it away. Does no harm where it has not begun."""
        ...

    def check(self) -> None:
        """Raises PhoenixDevError when what has to go on around it does not."""
        ...


@dataclass(slots=True)
class BuiltInFault:
    """One of the catalogue, let happen in the demo of the folder `home`, or by a host that does not exist."""

    fault: BuiltIn
    home: Path
    endpoint: str
    tuning: Tuning
    runtime: Runtime
    left: str = ""
    _traffic: Traffic | None = None
    _host: MadeUpHost | None = None

    @property
    def what(self) -> str:
        """See FaultAtHand."""
        return f"{self.fault.name}: {self.fault.what}"

    @property
    def expected(self) -> Expected:
        """See FaultAtHand."""
        return self.fault.expected

    @property
    def along(self) -> tuple[str, ...]:
        """See FaultAtHand."""
        return self.fault.along

    @property
    def ready(self) -> str:
        """See FaultAtHand."""
        return self.fault.ready

    @contextmanager
    def around(self) -> Iterator[None]:
        """See FaultAtHand: the demo is started where it does not run, and is sent requests."""
        if isinstance(self.fault.means, Host):
            with MadeUpHost(self.endpoint) as self._host:
                yield
            return
        started = start_demo(self.home, self.endpoint, runtime=self.runtime)
        self.left = "the demo" if started.fresh else ""
        sending = Traffic(started.system, self.fault.rate, fresh_seed()) if self.fault.rate else None
        with sending or nullcontext() as self._traffic:
            yield

    def inject(self) -> None:
        """See FaultAtHand."""
        match self.fault.means:
            case Requests():
                assert self._traffic is not None, "requests go wrong in traffic"
                self._traffic.go_wrong(self.fault.means)
            case Service(name, service):
                set_fault(self.home, name, service)
            case Host(metric):
                assert self._host is not None, "it stands around"
                self._host.set(metric, _too_much(self.fault, self.tuning))

    def recover(self) -> None:
        """See FaultAtHand."""
        match self.fault.means:
            case Requests():
                if self._traffic:
                    self._traffic.go_well()
            case Service(name, _):
                clear_faults(self.home, (name,))
            case Host(metric):
                if self._host:
                    self._host.set(metric, WELL[metric])

    def check(self) -> None:
        """See FaultAtHand."""
        if self._traffic and self._traffic.trouble:
            raise self._traffic.trouble
        if self._host and self._host.trouble:
            raise NotReady(f"measurements are not taken: {self._host.trouble}", hint="phoenix-dev status")


@dataclass(slots=True)
class _Bare:
    """A fault that needs nothing around it."""

    what: str
    expected: Expected
    inject_it: Callable[[], None]
    recover_it: Callable[[], None]
    along: tuple[str, ...] = ()
    ready: str = ""
    left: str = ""
    _begun: bool = field(default=False)

    def around(self) -> AbstractContextManager[object]:
        """See FaultAtHand."""
        return nullcontext()

    def inject(self) -> None:
        """See FaultAtHand."""
        self._begun = True
        self.inject_it()

    def recover(self) -> None:
        """See FaultAtHand."""
        if self._begun:
            self._begun = False
            self.recover_it()

    def check(self) -> None:
        """See FaultAtHand."""


def built_in_fault(
    name: str, severity: Severity | None, home: Path, endpoint: str, tuning: Tuning, runtime: Runtime
) -> FaultAtHand:
    """A fault of the catalogue. Raises UsageError naming what there is."""
    return BuiltInFault(built_in(name, severity), home, endpoint, tuning, runtime)


def part_fault(runtime: Runtime, how: Disturbance, part: str) -> FaultAtHand:
    """A part of the stack is stopped or paused. Raises UsageError for one whose absence nobody could tell of."""
    if runtime.name != "compose":
        raise UsageError(f"the embedded runtime is one process: there is no '{part}' to {how}", hint=_LIST)
    job = _JOBS.get(part, part)
    if job not in _JOBS.values():
        raise UsageError(
            f"a drill stops or pauses {', '.join(_JOBS)}, not '{part}': nobody could tell what its alert does",
            hint=_LIST,
        )
    severity: Severity = "critical" if job in CORE_PARTS else "warning"
    return _Bare(
        what=f"{part} is {'stopped' if how == 'stop' else 'paused'}",
        expected=Expected("StackPartDown", severity, {"job": job}),
        inject_it=lambda: runtime.disturb(part, how),
        recover_it=lambda: runtime.undo(part, how),
        along=("ExportQueueGrowing", "TelemetryDropped", "TelemetryRefused", "HealthCheckFailing"),
        ready=f'min(up{{job="{job}"}}) == 1',
    )


def command_fault(inject: str, recover: str, expected: Expected) -> FaultAtHand:
    """What commands of the user's do, each by the shell. Raises UsageError for none."""
    if not inject.strip():
        raise UsageError("--inject is no command", hint="phoenix-dev chaos --help")
    return _Bare(
        what=f"'{inject}'",
        expected=expected,
        inject_it=lambda: _run("--inject", inject),
        recover_it=lambda: _run("--recover", recover) if recover else None,
    )


def _run(option: str, command: str) -> None:
    """What it prints is talk: data is the report alone. What has to be ended leaves nothing behind; what it put into
    the background itself, and ended, is its own affair.
    """
    running = subprocess.Popen(command, shell=True, stdin=subprocess.DEVNULL, stdout=_STDERR)  # noqa: S602 - the user's own words
    try:
        status = running.wait(_COMMAND_S)
    except subprocess.TimeoutExpired as error:
        _end(running)
        raise PhoenixDevError(f"the command of {option} has not ended after {_COMMAND_S:g} s", hint=command) from error
    except BaseException:
        _end(running)
        raise
    if status:
        raise PhoenixDevError(f"the command of {option} ended with the status {status}", hint=command)


def _end(running: subprocess.Popen[bytes]) -> None:
    import psutil

    with suppress(psutil.NoSuchProcess):
        for one in psutil.Process(running.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                one.kill()
    running.kill()
    running.wait()


def _too_much(fault: BuiltIn, tuning: Tuning) -> float:
    """Beyond the bound of the severity, half-way to that of the next, or to the end."""
    assert isinstance(fault.means, Host), "only hosts measure"
    indicator = BY_NAME[fault.means.metric]
    bounds = {level.severity: bound_of(indicator, level, tuning) for level in indicator.levels}
    end = 1.0 if indicator.above else 0.0
    value = (bounds[fault.severity] + (bounds["critical"] if fault.severity == "warning" else end)) / 2
    return value if indicator.above else 1 - value
