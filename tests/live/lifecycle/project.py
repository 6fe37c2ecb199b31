"""One project of phoenix-dev on the real engine: a name, a home and a command line of its own."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.running import CommandLine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.running import Ran

LABEL = "com.docker.compose.project"
#: One span of one service, as OTLP/JSON; the time is now, so that no store finds it too old.
_SPAN = {
    "spanId": "00f067aa0ba902b7",
    "name": "GET /",
    "kind": 2,
}


@dataclass(frozen=True)
class Project:
    """Its commands, and what Docker says about it."""

    home: Path
    name: str = field(default_factory=lambda: f"phx-test-{os.getpid()}-{uuid4().hex[:6]}")

    @property
    def env(self) -> Mapping[str, str]:
        """What tells the command which project it is."""
        return {"PHOENIX_DEV_HOME": str(self.home), "PHOENIX_DEV_PROJECT": self.name}

    def __call__(self, *args: str, env: Mapping[str, str] | None = None, timeout: float = 120) -> Ran:
        """`phoenix-dev` of this project, to its end."""
        return CommandLine()(*args, env={**self.env, **(env or {})}, timeout=timeout)

    def up(self, *args: str, env: Mapping[str, str] | None = None) -> Any:
        """Start it without Grafana: what `up --json` printed."""
        ran = self("up", "--runtime", "compose", "--without", "grafana", "--json", *args, env=env)
        assert ran.code == 0, ran.stderr
        return ran.json()

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """`phoenix-dev` as a process in a group of its own, as a shell starts it."""
        return subprocess.Popen(
            [*CommandLine.argv, *args],
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def containers(self) -> dict[str, str]:
        """The ID of each service's container, running or not."""
        printed = docker(
            "ps", "-a", "--no-trunc", "--filter", f"label={LABEL}={self.name}",
            "--format", '{{.Label "com.docker.compose.service"}} {{.ID}}',
        )  # fmt: skip
        return dict(line.split() for line in printed.splitlines())

    def volumes(self) -> list[str]:
        """The names of its volumes."""
        return docker("volume", "ls", "-q", "--filter", f"label={LABEL}={self.name}").split()

    def clear(self) -> None:
        """Leave nothing of it on the engine."""
        for number in self.containers().values():
            docker("rm", "-f", "-v", number)
        for volume in self.volumes():
            docker("volume", "rm", "-f", volume)
        for network in docker("network", "ls", "-q", "--filter", f"label={LABEL}={self.name}").split():
            docker("network", "rm", network)


def docker(*args: str) -> str:
    """What the docker command prints. Fails the test with what it says when it fails."""
    done = subprocess.run(["docker", *args], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def send_trace(otlp_http: str, trace_id: str, now_ns: int, *, parts: str = "") -> int:
    """The status that an export of one span is answered with."""
    span = {**_SPAN, "traceId": trace_id, "startTimeUnixNano": str(now_ns - 10**6), "endTimeUnixNano": str(now_ns)}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": f"lifecycle{parts}"}}]}
    export = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
    return _post(f"{otlp_http}/v1/traces", export)


def send_log(otlp_http: str, trace_id: str, time_ns: int) -> int:
    """The status that an export of one log record of a trace is answered with."""
    record = {"traceId": trace_id, "timeUnixNano": str(time_ns), "body": {"stringValue": "taken"}}
    return _post(f"{otlp_http}/v1/logs", {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})


def _post(url: str, export: Mapping[str, Any]) -> int:
    request = urllib.request.Request(url, json.dumps(export).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        status: int = answer.status
    return status
