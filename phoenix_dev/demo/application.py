"""What a service answers: routes with their server span, log context and metric; health and flush without any."""

from __future__ import annotations

import json
from dataclasses import dataclass
from threading import Condition
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from opentelemetry.context import attach, detach
from opentelemetry.trace import SpanKind

from phoenix_dev.demo import identity
from phoenix_dev.demo.instruments import request_duration
from phoenix_dev.demo.scenario import Scenario, scenario_from_body
from phoenix_dev.demo.spans import ServiceError, fail, span, traceresponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phoenix_dev.demo.faults import Fault
    from phoenix_dev.demo.health import Health
    from phoenix_dev.demo.providers import Telemetry
    from phoenix_dev.demo.tally import Tally


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a handler sees it: headers by lower-case name, its body's JSON object, the template's variables."""

    headers: Mapping[str, str]
    body: Mapping[str, Any]
    variables: Mapping[str, str]

    def scenario(self, seed: int = 0, standing: Callable[[], Fault] = lambda: "") -> Scenario:
        """The scenario that the body carries, with the fault that stands where it names none.

        Raises BadRequest naming the field that is wrong.
        """
        body = self.body if "fault" in self.body else {**self.body, "fault": standing()}
        try:
            return scenario_from_body(body, seed)
        except ValueError as error:
            raise BadRequest(str(error)) from error


class Handler(Protocol):
    """Answers a call with a JSON object; a ServiceError it raises decides the status."""

    def __call__(self, call: Call) -> dict[str, Any]: ...  # noqa: D102 - the class says it


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] | None = None


class BadRequest(ServiceError):
    """The client sent something that cannot be read."""

    status_code = 400


class NoSuchRoute(ServiceError):
    """Nothing answers at this path."""

    status_code = 404


class Application:
    """What a service answers. `routes` maps a path template to the handler of its POST."""

    def __init__(self, telemetry: Telemetry, health: Health, routes: Mapping[str, Handler], tally: Tally) -> None:
        self._telemetry = telemetry
        self._health = health
        self._routes = routes
        self._tally = tally
        self._duration = request_duration(telemetry.meter)
        self._changed = Condition()
        self._in_work = 0
        self._connections = 0

    @property
    def connections(self) -> int:
        """Connections open at this moment."""
        return self._connections

    def connected(self, change: int) -> None:
        """A connection was opened (+1) or closed (-1)."""
        with self._changed:
            self._connections += change

    def drain(self, seconds: float) -> None:
        """Wait until no request is in work, at most so long."""
        deadline = monotonic() + seconds
        with self._changed:
            while self._in_work and (left := deadline - monotonic()) > 0:
                self._changed.wait(left)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request; never raises."""
        if method == "GET" and path.startswith("/health/"):
            return self._health.answer(path)
        if method == "GET" and path == "/tally":
            return Reply(200, json.dumps(self._tally.as_json()).encode())
        if method == "POST" and path == "/flush":
            return Reply(200 if self._telemetry.flush() else 503, b"{}")
        with self._changed:
            self._in_work += 1
        token = attach(identity.accept(headers))
        try:
            return self._observed(method, path, headers, body)
        finally:
            detach(token)
            with self._changed:
                self._in_work -= 1
                self._changed.notify_all()

    def _observed(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        route, variables = self._match(path) if method == "POST" else ("", {})
        attributes: dict[str, str | int] = {"http.request.method": method, "url.scheme": "http"}
        if route:
            attributes["http.route"] = route
        seen = attributes | {"url.path": path, "server.address": "127.0.0.1", "network.protocol.version": "1.1"}
        started = perf_counter()
        with span(self._telemetry.tracer, f"{method} {route}".strip(), SpanKind.SERVER, seen) as current:
            status, answer, error = self._run(route, headers, body, variables)
            current.set_attribute("http.response.status_code", status)
            attributes["http.response.status_code"] = status
            if status >= 500 and error is not None:
                # Only a failure of ours is an error of the span; the client's own (4xx) is not (semantic conventions,
                # HTTP server spans).
                fail(current, error)
                current.set_attribute("error.type", str(status))
                attributes["error.type"] = str(status)
            self._duration.record(perf_counter() - started, attributes)
            extra = {"traceresponse": traceresponse(current), **identity.id_headers()}
        return Reply(status, json.dumps(answer).encode(), headers=extra)

    def _run(
        self, route: str, headers: Mapping[str, str], body: bytes, variables: Mapping[str, str]
    ) -> tuple[int, dict[str, Any], Exception | None]:
        try:
            if not route:
                raise NoSuchRoute("nothing answers here")
            return 200, self._routes[route](Call(headers, _object(body), variables)), None
        except ServiceError as error:
            return error.status_code, {"error": type(error).__name__, "message": str(error)}, error
        except Exception as error:  # noqa: BLE001 - a service answers 500 and lives on
            self._telemetry.journal.write("ERROR", "unexpected error", error=repr(error))
            return 500, {"error": "InternalError", "message": "unexpected error"}, error

    def _match(self, path: str) -> tuple[str, dict[str, str]]:
        parts = path.split("/")
        for route in self._routes:
            wanted = route.split("/")
            if len(wanted) == len(parts) and all(w == p or w[:1] == "{" for w, p in zip(wanted, parts, strict=True)):
                return route, {w[1:-1]: p for w, p in zip(wanted, parts, strict=True) if w[:1] == "{"}
        return "", {}


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(value, dict):
        raise BadRequest("the body is not a JSON object")
    return value
