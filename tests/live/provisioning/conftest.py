"""The demo system's traffic on the stack, once: what dashboards and correlations are asked about."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.demo.traffic import TrafficPlan
from phoenix_dev.usecases.demo import send_traffic, start_demo, stop_demo
from tests.live.provisioning.asking import Asked
from tests.waiting import wait_until

if TYPE_CHECKING:
    from phoenix_dev.demo.traffic import Sent
    from tests.live.compose.by_hand import ByHand

#: Fixed, so that a failure can be looked at again.
_PLAN = TrafficPlan(seed=20260101, count=60, rate=5, faults=("llm-errors",), fault_every=5)


@dataclass(frozen=True)
class Traffic:
    """What was sent, and how to ask the stack about that time."""

    sent: list[Sent]
    asked: Asked

    @property
    def failed(self) -> Sent:
        """A request that the user saw fail."""
        return next(one for one in self.sent if one.status_code >= 500)


@pytest.fixture(scope="session")
def traffic(stack: ByHand, tmp_path_factory: pytest.TempPathFactory) -> Traffic:
    """Requests for some seconds, a fifth of them with failing models; all of it is in the stores when this returns."""
    home = tmp_path_factory.mktemp("demo")
    start = time.time()
    start_demo(home, stack.url("OTLP_HTTP"))
    try:
        sent = list(send_traffic(home, _PLAN))
    finally:
        stop_demo(home)
    last = sent[-1].trace_id
    counted = 'sum(traces_span_metrics_calls_total{service_name="api-gateway", span_kind="SPAN_KIND_SERVER"})'
    wait_until(lambda: stack.trace(last), 30, what="the last request's trace")
    wait_until(lambda: stack.logs(f'{{service_name=~".+"}} | trace_id="{last}"'), 30, what="the last request's logs")
    wait_until(lambda: _value(stack, counted) >= len(sent), 60, what="the span metrics of all requests")
    wait_until(lambda: _value(stack, "sum(up)") >= 5, 40, what="Prometheus' first look at every part")
    return Traffic(sent, Asked(stack, start, time.time()))


def _value(stack: ByHand, query: str) -> float:
    found = stack.prometheus("query", query=query)["result"]
    return float(found[0]["value"][1]) if found else 0.0
