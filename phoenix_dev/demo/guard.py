"""Calls behind a circuit breaker, with what a breaker tells: its state, each change as metric, span event and log."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

from opentelemetry.trace import get_current_span

from phoenix_dev.demo.breaker import Breaker, BreakerFamily, State
from phoenix_dev.demo.catalogue import BREAKER_THRESHOLD
from phoenix_dev.demo.instruments import breaker_transitions, observe_breaker

if TYPE_CHECKING:
    from phoenix_dev.demo.providers import Telemetry
    from phoenix_dev.demo.scenario import Scenario

#: Seconds an open breaker waits before it lets a probe through: one request's own, and the one that all others share.
_OWN_COOLDOWN = 0.02
_SHARED_COOLDOWN = 5.0
#: The longest a request waits for the breaker, in seconds; beyond it fails at once, which is what breakers are for.
_PATIENCE = 0.1


class Guard:
    """The circuit breaker `name` in front of another service."""

    def __init__(self, telemetry: Telemetry, name: str) -> None:
        self.name = name
        self._telemetry = telemetry
        self._breakers = BreakerFamily(BREAKER_THRESHOLD, monotonic)
        self._transitions = breaker_transitions(telemetry.meter)
        observe_breaker(telemetry.meter, name, self._breakers.state)

    def breaker(self, scenario: Scenario) -> Breaker:
        """That of a request: its own when it is isolated, else the one that all others share."""
        if not scenario.isolated:
            return self._breakers.get("", _SHARED_COOLDOWN)
        trace_id = get_current_span().get_span_context().trace_id
        return self._breakers.get(f"{trace_id:032x}", _OWN_COOLDOWN)

    def permits(self, breaker: Breaker) -> bool:
        """Whether a call may go ahead, now or after a moment's wait; `ended` must follow then."""
        permit = breaker.ask()
        if not permit.granted and permit.retry_after <= _PATIENCE:
            sleep(permit.retry_after)
            permit = breaker.ask()
        self._tell(permit.changed)
        return permit.granted

    def ended(self, breaker: Breaker, *, well: bool) -> None:
        """A permitted call went well, or failed."""
        self._tell(breaker.succeeded() if well else breaker.failed())

    def _tell(self, entered: State | None) -> None:
        if entered is None:
            return
        change = {"breaker": self.name, "state": entered}
        self._transitions.add(1, change)
        get_current_span().add_event("circuit_breaker.transition", change)
        self._telemetry.journal.write(
            "WARN" if entered == "open" else "INFO", f"circuit breaker {entered}", breaker=self.name
        )
