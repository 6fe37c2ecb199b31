"""The demo system's traffic on the stack, once: what dashboards and correlations are asked about."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.demo import system
from phoenix_dev.demo.faults import FAULTS
from phoenix_dev.demo.traffic import TrafficPlan
from phoenix_dev.runtime.compose.docker_engine import resolve_engine
from phoenix_dev.runtime.compose.docker_socket import socket_environment
from phoenix_dev.runtime.scraped import OTHERS_FILE
from phoenix_dev.scraping.targets import targets_folder
from phoenix_dev.synthetic.collector import HEALTH
from phoenix_dev.synthetic.measured import ANSWER, DURATION, EXPECTED
from phoenix_dev.usecases.demo import send_traffic, start_demo, stop_demo
from tests import otlp
from tests.live.provisioning.asking import Asked
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.demo.traffic import Sent
    from tests.live.compose.by_hand import ByHand

#: Fixed, so that a failure can be looked at again: first all is well, then each fault occurs twice.
_HEALTHY = TrafficPlan(seed=20260101, count=30, rate=10)
_TROUBLED = TrafficPlan(seed=20260102, count=4 * len(FAULTS), rate=10, faults=FAULTS, fault_every=2)
_COUNTED = 'sum(traces_span_metrics_calls_total{service_name="api-gateway", span_kind="SPAN_KIND_SERVER"})'


@dataclass(frozen=True)
class Traffic:
    """What was sent, and how to ask the stack about that time: all of it, or the part in which nothing failed.

    `counts`: what the services counted themselves meanwhile, by dotted name.
    """

    sent: list[Sent]
    asked: Asked
    healthy: Asked
    counts: Counter[str]

    @property
    def failed(self) -> Sent:
        """A request that the user saw fail because of the model."""
        return next(one for one in self.sent if one.status_code == 503)


@pytest.fixture(scope="session")
def traffic(stack: ByHand, tmp_path_factory: pytest.TempPathFactory) -> Traffic:
    """Requests for some seconds, without and then with every fault; all of it is in the stores when this returns."""
    home = tmp_path_factory.mktemp("demo")
    start = time.time()
    running = start_demo(home, stack.url("OTLP_HTTP")).system
    try:
        with_infrastructure(stack, home)
        sent = list(send_traffic(home, _HEALTHY))
        healthy = _arrived(stack, sent, start)
        sent += send_traffic(home, _TROUBLED)
        measured_from_outside(stack)
        counts = flat(system.counts(running))
    finally:
        stop_demo(home)
    return Traffic(sent, _arrived(stack, sent, start), healthy, counts)


def with_infrastructure(stack: ByHand, home: Path) -> None:
    """Start what measures machine and containers, and scrapes whom `home` lists. It asks nobody for health."""
    (targets_folder(home) / OTHERS_FILE).write_text("service: {}\n")
    also = dict(socket_environment(resolve_engine()))
    stack.compose(
        "--profile", "infrastructure", "up", "--detach", "infrastructure",
        PHOENIX_DEV_TARGETS=str(targets_folder(home)), **also,
    )  # fmt: skip


def measured_from_outside(stack: ByHand) -> None:
    """Return once the machine was measured twice, every service was scraped, and rules have seen the trouble.

    Nobody here asks health endpoints or runs checks: what those who do would send stands in for them.
    """
    send_health(stack)
    for query, least, what in (
        ("count(rate(system_network_io_bytes_total[1m]) >= 0)", 1, "the second look at the machine"),
        ("count(rate(container_network_io_usage_rx_bytes_total[1m]) >= 0)", 1, "the second look at containers"),
        ('count(up{service_name!=""} == 1)', 6, "the first look at each service"),
        ('count(phoenix_cache_requests_total{phoenix_scraped="true"})', 2, "what was scraped"),
        ("count(ALERTS)", 1, "an alert that is pending"),
        ('sum(up{job!="grafana"})', 5, "Prometheus' first look at every part"),
    ):
        wait_until(partial(_reaches, stack, query, least), 90, what=what)


def send_health(stack: ByHand) -> None:
    """What those tell who ask health endpoints and run checks."""
    told = {
        (HEALTH, 1.0, ""): {"endpoint": "readiness"},
        (EXPECTED, 1.0, ""): {"check": "answers", "expectation": ANSWER},
        (DURATION, 12.5, "ms"): {"check": "answers"},
    }
    gauges = [otlp.gauge(name, one, time=time.time_ns(), **labels) for (name, one, _), labels in told.items()]
    for gauge, (_, _, unit) in zip(gauges, told, strict=True):
        gauge.unit = unit
    stack.send("metrics", otlp.metrics("orchestrator", *gauges))


def flat(counts: dict[str, Any], path: str = "") -> Counter[str]:
    """Counts by dotted name."""
    found: Counter[str] = Counter()
    for name, count in counts.items():
        found.update(flat(count, f"{path}{name}.") if isinstance(count, dict) else {path + name: count})
    return found


def value(stack: ByHand, query: str) -> float:
    """The first number that a query gives; 0 when it gives none."""
    found = stack.prometheus("query", query=query)["result"]
    return float(found[0]["value"][1]) if found else 0.0


def _reaches(stack: ByHand, query: str, least: float) -> bool:
    return value(stack, query) >= least


def _arrived(stack: ByHand, sent: list[Sent], start: float) -> Asked:
    """The time until now, once everything that was sent in it can be read."""
    for one in sent:
        wait_until(partial(_is_whole, stack, one), 60, what=f"the request {one.trace_id}")
    wait_until(lambda: value(stack, _COUNTED) >= len(sent), 60, what="the span metrics of all requests")
    return Asked(stack, start, time.time())


def _is_whole(stack: ByHand, one: Sent) -> bool:
    """Whether the first trace of a request is in Jaeger, and its logs in Loki."""
    spans = sum(len(scope["spans"]) for group in stack.trace(one.trace_id) for scope in group["scopeSpans"])
    logs = stack.logs(f'{{service_name=~".+"}} | trace_id="{one.trace_id}"')
    lines = sum(len(stream["values"]) for stream in logs)
    truth = one.truth.traces[0]
    return spans >= truth.spans.total() and lines >= truth.logs.total()
