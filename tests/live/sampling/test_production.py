"""The profile `production`: what it keeps of 5,000 requests, and that every one of them is counted all the same."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests import otlp
from tests.live.reading import told_of
from tests.live.sampling.generated import CRITICAL, Requests, requests
from tests.running import CommandLine
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.live.compose.by_hand import ByHand

#: The IDs of this seed decide which of the requests that are neither are kept.
SEED = 6
#: From the root of a trace to the decision about it it is 5 s (compose/otelcol/config.yaml); some more around that.
DECIDED_S = 60.0


@pytest.fixture(scope="module")
def production(stack: ByHand) -> Iterator[ByHand]:
    """The running stack, its collector in the profile `production` and with a critical service of the tests' own."""
    stack.start_collector(PHOENIX_PROFILE="production", PHOENIX_CRITICAL_SERVICES=json.dumps([CRITICAL]))
    yield stack
    stack.start_collector()


def test_errors_and_critical_services_are_kept_whole_a_tenth_of_the_rest_and_all_are_counted(
    production: ByHand,
) -> None:
    sent = requests(SEED, failed=1000, critical=1000, other=3000)
    sent.send(production)
    wait_until(lambda: sent.always <= kept(production, sent), DECIDED_S)
    rest = wait_until(partial(settled, production, sent)) - sent.always
    assert rest < sent.other
    assert 258 <= len(rest) <= 342
    for of, spans in ((sent.failed, 2), (sent.critical, 3), (rest, 2)):
        whole = partial(_has, production, min(of), spans)
        wait_until(whole, what=f"{spans} spans")
    calls = f'sum(traces_span_metrics_calls_total{{service_name="{sent.entry}",span_kind="SPAN_KIND_SERVER"}})'
    wait_until(lambda: value(production, calls) == 5000)
    errors = f'traces_span_metrics_calls_total{{service_name="{sent.called}",status_code="STATUS_CODE_ERROR"}}'
    wait_until(lambda: value(production, errors) == 1000)


def test_an_error_is_in_both_stores_before_anything_is_decided(production: ByHand) -> None:
    trace_id = otlp.new_trace_id()
    send_one(production, trace_id, "no root yet", parent=otlp.new_span_id(), error="no")
    # Without a root, its trace is decided upon after two minutes.
    wait_until(lambda: names(production.trace(trace_id)) == ["no root yet"])
    wait_until(lambda: names(production.error_trace(trace_id)) == ["no root yet"])


def test_the_proof_of_the_stack_waits_for_no_decision(production: ByHand, tmp_path: Path) -> None:
    env = told_of(production, tmp_path, "production")
    ran = CommandLine()("verify", "--json", env=env)
    assert ran.code == 0, ran.stderr
    hops = {hop["name"]: hop for hop in ran.json()["hops"]}
    assert max(hops[name]["duration_ms"] for name in ("trace", "correlation_id", "request_id")) < 5000


@pytest.mark.long
def test_an_error_thirty_seconds_after_the_first_span_keeps_the_trace_whole(production: ByHand) -> None:
    trace_id, root = otlp.new_trace_id(), otlp.new_span_id()
    send_one(production, trace_id, "first", parent=root)
    time.sleep(30)  # how late the error comes is what is tested
    send_one(production, trace_id, "late", parent=root, error="the model timed out")
    send_one(production, trace_id, "root", span_id=root)
    wait_until(lambda: names(production.trace(trace_id)) == ["first", "late", "root"], DECIDED_S)
    wait_until(lambda: names(production.error_trace(trace_id)) == ["first", "late", "root"], DECIDED_S)


def send_one(stack: ByHand, trace_id: str, name: str, **fields: Any) -> None:
    stack.send("traces", otlp.traces("shop", otlp.span(trace_id, name, start=time.time_ns(), **fields)))


def kept(stack: ByHand, sent: Requests) -> set[str]:
    return stack.trace_ids(sent.entry, 10_000)


def settled(stack: ByHand, sent: Requests) -> set[str]:
    """What is kept, if nothing was added in a second: what is decided last arrives last."""
    before = kept(stack, sent)
    time.sleep(1)
    return before if kept(stack, sent) == before else set()


def _has(stack: ByHand, trace_id: str, spans: int) -> bool:
    return len(names(stack.trace(trace_id))) == spans


def names(resource_spans: list[dict[str, Any]]) -> list[str]:
    return sorted(s["name"] for group in resource_spans for scope in group["scopeSpans"] for s in scope["spans"])


def value(stack: ByHand, expression: str) -> float | None:
    found = stack.prometheus("query", query=expression)["result"]
    return float(found[0]["value"][1]) if found else None
