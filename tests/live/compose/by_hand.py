"""The stack as a user runs it by hand: plain `docker compose`, a project name and ports of its own."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.message import Message

FILE = Path(__file__).parents[3] / "compose" / "compose.yaml"
#: What is published, and what would be with all profiles.
PORTS = ("OTLP_GRPC", "OTLP_HTTP", "JAEGER", "JAEGER_ERRORS", "LOKI", "PROMETHEUS", "ALERTMANAGER", "INBOX")
ALL_PORTS = (*PORTS, "GRAFANA", "INFRASTRUCTURE")
PROTOBUF = {"content-type": "application/x-protobuf"}

#: What a part can do, asked from outside: (port, method, path).
READY = {
    "otel-collector": ("OTLP_HTTP", "POST", "/v1/traces"),
    "jaeger": ("JAEGER", "GET", "/api/v3/services"),
    "loki": ("LOKI", "GET", "/loki/api/v1/query?query=vector(1)"),
    "prometheus": ("PROMETHEUS", "GET", "/-/ready"),
    "alertmanager": ("ALERTMANAGER", "GET", "/-/ready"),
    "inbox": ("INBOX", "GET", "/health"),
}


@dataclass(frozen=True)
class ByHand:
    """A project of `docker compose -f compose/compose.yaml`; what Grafana cannot do here is left out."""

    project: str
    ports: Mapping[str, int]
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))
    #: The engine is found where it was before a test changed HOME.
    _outside: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def compose(self, *args: str, **also: str) -> str:
        """A command of docker compose, with further variables; it must succeed."""
        variables = {f"PHOENIX_DEV_PORT_{name}": str(port) for name, port in self.ports.items()}
        variables |= {"PHOENIX_DEV_PROJECT": self.project, "PHOENIX_DEV_VERSION": "1.2.3"} | also
        return self._run(
            "compose",
            "-f",
            str(FILE),
            *args,
            **variables,
        )

    def docker(self, *args: str) -> str:
        """A command of docker; it must succeed."""
        return self._run(*args)

    def containers(self) -> dict[str, Any]:
        """What the engine knows of each container, by service."""
        numbers = self.compose("ps", "--all", "--quiet").split()
        facts = json.loads(self.docker("inspect", *numbers))
        return {fact["Config"]["Labels"]["com.docker.compose.service"]: fact for fact in facts}

    def up(self, *flags: str) -> dict[str, float]:
        """Start, with further flags of docker compose; the seconds until each part was ready."""
        start = time.monotonic()
        with ThreadPoolExecutor(len(READY) + 1) as pool:
            command = pool.submit(self.compose, *flags, "up", "--detach")
            waits = {part: pool.submit(self._ready, part, start) for part in READY}
            command.result()
            seconds = {part: wait.result() for part, wait in waits.items()}
        for part in READY:  # what answered may have been what has been replaced since
            self._ready(part, time.monotonic())
        return seconds

    def url(self, port: str) -> str:
        """Where a port is published."""
        return f"http://127.0.0.1:{self.ports[port]}"

    def send(self, signal: str, export: Message) -> None:
        """An OTLP export; `signal` is traces, logs or metrics. It must be accepted whole."""
        answer = self.http.post(
            f"{self.url('OTLP_HTTP')}/v1/{signal}", content=export.SerializeToString(), headers=PROTOBUF
        )
        assert answer.status_code == 200, answer.text

    def trace(self, trace_id: str) -> list[dict[str, Any]]:
        """The resourceSpans of a trace in the store of 7 days; empty when it is not there."""
        return self._trace(f"{self.url('JAEGER')}/api/v3/traces/{trace_id}")

    def error_trace(self, trace_id: str) -> list[dict[str, Any]]:
        """The resourceSpans of a trace in the store of 30 days; empty when it is not there."""
        return self._trace(f"{self.url('JAEGER_ERRORS')}/errors/api/v3/traces/{trace_id}")

    def trace_ids(self, service: str, most: int) -> set[str]:
        """IDs of traces of the last hour with a span of a service, in the store of 7 days."""
        now_us = time.time_ns() // 1000
        hour = {"start": str(now_us - 3600 * 10**6), "end": str(now_us)}
        asked = {"service": service, **hour, "limit": str(most), "raw": "true"}
        answer = self.http.get(f"{self.url('JAEGER')}/api/traces", params=asked)
        assert answer.status_code == 200, answer.text
        return {trace["traceID"].rjust(32, "0") for trace in answer.json()["data"]}

    def start_collector(self, **variables: str) -> None:
        """Start the collector anew if other variables make it another; the files it reads stay as they are."""
        self.compose("up", "--detach", "--no-deps", "otel-collector", **variables)
        self._ready("otel-collector", time.monotonic())

    def logs(self, query: str, *, hours: float = 1) -> list[dict[str, Any]]:
        """The streams that a LogQL query gives over the last hours and the next minute."""
        now = time.time_ns()
        answer = self.http.get(
            f"{self.url('LOKI')}/loki/api/v1/query_range",
            params={"query": query, "start": now - int(hours * 3600e9), "end": now + 60 * 10**9, "limit": 1000},
            headers={"X-Loki-Response-Encoding-Flags": "categorize-labels"},
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found

    def prometheus(self, path: str, **params: str | float) -> Any:
        """The data of an answer of Prometheus."""
        answer = self.http.get(f"{self.url('PROMETHEUS')}/api/v1/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def _trace(self, url: str) -> list[dict[str, Any]]:
        answer = self.http.get(url)
        if answer.status_code == 404:
            return []
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["result"]["resourceSpans"]
        return found

    def _ready(self, part: str, start: float, deadline: float = 120) -> float:
        port, method, path = READY[part]
        while time.monotonic() < start + deadline:
            try:
                answer = httpx.request(method, self.url(port) + path, headers=PROTOBUF, timeout=2)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code == 200:
                    return time.monotonic() - start
            time.sleep(0.02)
        raise AssertionError(f"{part} is not ready after {deadline:g} s: {self.compose('logs', '--tail', '20', part)}")

    def _run(self, *args: str, **variables: str) -> str:
        ran = subprocess.run(
            ["docker", *args],
            env={**self._outside, **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, f"docker {' '.join(args)}: {ran.stderr}"
        return ran.stdout


def free_ports() -> dict[str, int]:
    """A port for each that the stack publishes. Nobody has it, nor gets it while a part is stopped: it is none of those
    that outgoing connections are given, and who asks for any port.
    """
    with ExitStack() as held:
        sockets = {name: held.enter_context(_any_server()) for name in ALL_PORTS}
        return {name: taken.getsockname()[1] for name, taken in sockets.items()}


def _any_server() -> socket.socket:
    while True:
        with suppress(OSError):
            return socket.create_server(("127.0.0.1", random.SystemRandom().randrange(20_000, 32_768)))


def only_span(resource_spans: list[dict[str, Any]]) -> dict[str, Any]:
    """The span of a trace that has one."""
    (span,) = (span for group in resource_spans for scope in group["scopeSpans"] for span in scope["spans"])
    return dict(span)


def attributes(bearer: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a span, event or resource of OTLP/JSON, without their types; an integer is a text."""
    return {pair["key"]: next(iter(pair["value"].values()), None) for pair in bearer.get("attributes", [])}
