"""The four health endpoints of a service (requirement R17). They cause neither spans nor logs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from phoenix_dev.demo.application import Reply
from phoenix_dev.demo.exposition import CONTENT_TYPE, prometheus_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phoenix_dev.demo.providers import Telemetry
    from phoenix_dev.demo.standing import StandingFaults


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something a service cannot do without.

    `probe` returns when it answers and raises an OSError or a subclass of it when not.
    """

    name: str
    kind: str
    probe: Callable[[], None]


class Health:
    """Answers for one service. `stopping` is set when the process was told to end."""

    def __init__(
        self, service: str, telemetry: Telemetry, dependencies: Sequence[Dependency], standing: StandingFaults
    ) -> None:
        self._service = service
        self._telemetry = telemetry
        self._dependencies = dependencies
        self._standing = standing
        self.stopping = False

    def answer(self, path: str) -> Reply:
        """Answer a GET below /health/."""
        match path.removeprefix("/health/"):
            case "liveness":
                return _json(200, {"service": self._service, "status": "alive"})
            case "readiness":
                status = self._readiness()
                return _json(200 if status == "ready" else 503, {"service": self._service, "status": status})
            case "metrics":
                return Reply(200, prometheus_text(self._telemetry.metrics_now()).encode(), CONTENT_TYPE)
            case "dependencies":
                return self._ask_dependencies()
        return _json(404, {"error": "NoSuchRoute", "message": "nothing answers here"})

    def _readiness(self) -> str:
        if self.stopping:
            return "stopping"
        return "not ready" if self._standing.of_service(self._service, "not-ready") else "ready"

    def _ask_dependencies(self) -> Reply:
        found = [_ask(dependency) for dependency in self._dependencies]
        up = all(each["status"] == "up" for each in found)
        body = {"service": self._service, "status": "up" if up else "degraded", "dependencies": found}
        return _json(200 if up else 503, body)


def _ask(dependency: Dependency) -> dict[str, object]:
    started = perf_counter()
    try:
        dependency.probe()
        status, detail = "up", ""
    except OSError as error:
        status, detail = "down", str(error) or type(error).__name__
    latency = round((perf_counter() - started) * 1000, 3)
    return {"name": dependency.name, "kind": dependency.kind, "status": status, "latency_ms": latency, "detail": detail}


def _json(status: int, body: object) -> Reply:
    return Reply(status, json.dumps(body).encode())
