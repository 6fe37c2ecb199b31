"""api-gateway: the edge. Knows the caller, settles what the request is, passes it on."""

from __future__ import annotations

from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import get_current_span

from phoenix_dev.demo.business import FAILED_REQUESTS, REQUESTS
from phoenix_dev.demo.catalogue import ORCHESTRATOR, ROUTE_ORCHESTRATE, ROUTE_PROCESS
from phoenix_dev.demo.health import Dependency
from phoenix_dev.demo.instruments import observe_users
from phoenix_dev.demo.peers import UpstreamError
from phoenix_dev.demo.services import Parts, Surroundings
from phoenix_dev.demo.spans import span
from phoenix_dev.demo.users import RecentUsers

if TYPE_CHECKING:
    from phoenix_dev.demo.application import Call
    from phoenix_dev.demo.scenario import Scenario


#: What the log says of the request, by the names of requirement R14.
_REQUEST: Any = {"http.method": "POST", "http.path": ROUTE_PROCESS}


class Gateway:
    """Answers `POST /api/process`."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._telemetry = surroundings.telemetry
        self._peers = surroundings.peers
        self._seed = surroundings.seed
        self._standing = surroundings.standing
        self._tally = surroundings.tally
        self._users = RecentUsers(monotonic)
        observe_users(surroundings.telemetry.meter, self._users.count)

    def process(self, call: Call) -> dict[str, Any]:
        """Answer a question."""
        started = perf_counter()
        journal = self._telemetry.journal
        journal.write("INFO", "request received", **_REQUEST)
        scenario = call.scenario(self._seed, self._standing.of_request)
        self._tally.add(REQUESTS)
        self._authenticate(scenario)
        try:
            answer = self._peers.post(ORCHESTRATOR, ROUTE_ORCHESTRATE, scenario.as_json())
        except UpstreamError as error:
            self._tally.add(FAILED_REQUESTS)
            journal.write(
                "ERROR", "request failed", duration_ms=_since(started), error=error.error, status=error.status_code
            )
            raise
        journal.write("INFO", "request completed", duration_ms=_since(started), user_id=scenario.user_id)
        trace_id = f"{get_current_span().get_span_context().trace_id:032x}"
        others = [other for other in answer.body.get("trace_ids", ()) if other != trace_id]
        return {"answer": answer.body.get("answer", ""), "trace_ids": [trace_id, *others]}

    def _authenticate(self, scenario: Scenario) -> None:
        with span(self._telemetry.tracer, "authenticate", attributes={"user.id": scenario.user_id}):
            self._users.saw(scenario.user_id)
            self._tally.saw(scenario.user_id)
            self._telemetry.journal.write("DEBUG", "caller authenticated", user_id=scenario.user_id)


def build(surroundings: Surroundings) -> Parts:
    """The gateway's parts."""
    peers = surroundings.peers
    dependency = Dependency(ORCHESTRATOR, "http", lambda: peers.probe(ORCHESTRATOR))
    return Parts({ROUTE_PROCESS: Gateway(surroundings).process}, (dependency,))


def _since(started: float) -> float:
    return (perf_counter() - started) * 1000
