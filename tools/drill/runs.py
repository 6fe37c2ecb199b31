"""One runtime: started, left in peace for a while, and then drilled row by row."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phoenix_dev.cli.context import AppContext
from phoenix_dev.drilling.catalogue import TABLE
from phoenix_dev.drilling.traffic import Traffic
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.usecases.chaos import drill
from phoenix_dev.usecases.demo import start_demo
from tools.drill.agreement import compare, metric_rules
from tools.drill.samples import read_samples, selectors_of

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Alert
    from tools.drill.agreement import Agreement

RUNTIMES = ("embedded", "compose")
TIME_SCALE = 60.0
#: Requests a second while nothing goes wrong; how long they go on before alerts count, and then (seconds).
_QUIET_RATE, _SETTLING_S, _QUIET_S = 10.0, 60.0, 90.0
_PORTS = (
    "OTLP_HTTP", "OTLP_GRPC", "UI", "JAEGER", "JAEGER_ERRORS", "LOKI", "PROMETHEUS", "ALERTMANAGER", "INBOX", "GRAFANA",
    "INFRASTRUCTURE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, and what `chaos --json` told of it; `told` is empty when it told nothing."""

    fault: str
    severity: str
    alert: str
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """Of one runtime: the rows, and the alerts of the quiet time, each with its summary. `agreement`: what came of the
    series that Prometheus kept of all that, evaluated again; None where there is no Prometheus.
    """

    rows: tuple[Row, ...]
    quiet: tuple[str, ...]
    true: tuple[str, ...]
    agreement: Agreement | None = None

    @property
    def proven(self) -> bool:
        """Whether every row was, nothing fired that nobody had made, and both evaluations agree."""
        disagreed = self.agreement is not None and self.agreement.trouble
        return not self.quiet and not disagreed and all(row.told.get("proven") for row in self.rows)


def run_all(runtime: str) -> Run:
    """All of it on one runtime."""
    project = f"phoenix-drill-{runtime}"
    env = {**os.environ, "PHOENIX_DEV_PROJECT": project, **_free_ports()}
    with ExitStack() as at_the_end:
        at_the_end.callback(_command, env, "down", "--data", "--yes")
        at_the_end.callback(_command, env, "demo", "stop")
        _command(env, "up", "--runtime", runtime, *(("--without", "grafana") if runtime == "compose" else ()))
        began_ms = _now_ms()
        quiet = _left_in_peace(project)
        rows = tuple(_drilled(env, runtime, one.name, one.severity, one.alert) for one in TABLE)
        agreement = _agreed(project, began_ms) if runtime == "compose" else None
    fired = {alert: about for alert, about in quiet.items() if not about.startswith("true")}
    return Run(rows, tuple(fired), tuple(set(quiet) - set(fired)), agreement)


def _drilled(env: dict[str, str], runtime: str, fault: str, severity: str, alert: str) -> Row:
    ran = _command(env, "chaos", fault, "--severity", severity, "--time-scale", f"{TIME_SCALE:g}", "--json")
    told = json.loads(ran.stdout) if ran.stdout.strip() else {}
    said = "proven" if told.get("proven") else f"NOT PROVEN: {ran.stderr.strip()[-400:]}"
    sys.stderr.write(f"{runtime}: {fault} ({severity}): {said}\n")
    return Row(fault, severity, alert, told)


def _left_in_peace(project: str) -> dict[str, str]:
    """What fires while requests go well, and whether that is true: what a machine says of itself is."""
    app = AppContext().with_flags(project=project)
    running = start_demo(app.home, app.otlp_http_endpoint(), runtime=app.runtime()).system
    fired: dict[str, str] = {}
    with Traffic(running, _QUIET_RATE, 1), drill(app.runtime(), TIME_SCALE):
        time.sleep(_SETTLING_S)
        until = time.monotonic() + _QUIET_S
        while time.monotonic() < until:
            for rule in app.stores().alerts.rules():
                fired |= {_named(alert): _about(alert) for alert in rule.alerts if alert.state == "firing"}
            time.sleep(1)
    sys.stderr.write(f"{project}: left in peace: {fired}\n")
    return fired


def _agreed(project: str, began_ms: int) -> Agreement:
    """What Prometheus kept of all drills, evaluated again by it and by us, with the drills' scale of time."""
    tuning, now_ms = Tuning(time_scale=TIME_SCALE), _now_ms()
    metrics = AppContext().with_flags(project=project).stores().metrics
    samples = read_samples(metrics, selectors_of(metric_rules(tuning)), began_ms, now_ms)
    with tempfile.TemporaryDirectory(prefix="phoenix-agreement-") as folder:
        found = compare(samples, tuning, began_ms, now_ms, Path(folder))
    sys.stderr.write(f"{project}: {found.evaluations} evaluations: {found.trouble[-4000:] or 'the same'}\n")
    return found


def _named(alert: Alert) -> str:
    about = alert.labels.get("service_name") or alert.labels.get("host_name") or "the stack"
    return f"{alert.name} ({alert.severity}) of {about}"


def _about(alert: Alert) -> str:
    return "true" if alert.labels.get("host_name") else "nobody made it"


def _command(env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "phoenix_dev", *args], env=env, capture_output=True, text=True, check=False
    )


def _now_ms() -> int:
    return time.time_ns() // 10**6


def _free_ports() -> dict[str, str]:
    """Below those that the system gives to whoever connects."""
    free = (port for port in random.sample(range(20_000, 32_000), 1_000) if _is_free(port))
    return {f"PHOENIX_DEV_PORTS_{name}": str(port) for name, port in zip(_PORTS, free, strict=False)}


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
