"""Every store away for a minute, all of them for a part of it, and the collector killed twice: what was acknowledged is
there afterwards.

Of metrics that is each point that an application sent. What the collector counts itself, the span metrics, it counts in
memory: a kill takes what it has counted since its last flush, of five seconds, and its counters begin anew.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Semaphore
from typing import TYPE_CHECKING, Any

import httpx

from phoenix_dev.stores.logs import LogFilter
from tests import otlp
from tests.live.outages.load import RATE, SPANS, Item, Load
from tests.waiting import wait_until

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from tests.live.compose.by_hand import ByHand

AWAY_S = 60
#: When each leaves, in seconds from the start of the load: all are away from the last of it until the first is back.
LEAVES = {"jaeger": 1, "loki": 3, "prometheus": 6}
#: How often the collector hands its counts on (compose/otelcol/config.yaml), and as long again for a busy machine.
FLUSH_S = 5 + 5

#: What the stores may take for what was kept, a pause between two tries of the collector among it (seconds).
RETURN_S = 120

Items = dict[str, list[Item]]


@dataclass(frozen=True)
class Looking:
    """Looks for what was sent under a service's name since a time."""

    stack: ByHand
    stores: Stores
    service: str
    since_ns: int

    def missing(self, wanted: Items) -> Items:
        """What cannot be found."""
        lines, samples = self.lines(), self.samples()
        return {
            "traces": [one for one in wanted["traces"] if not self._whole(one)],
            "logs": [one for one in wanted["logs"] if one.name not in lines],
            "metrics": [one for one in wanted["metrics"] if one.name not in samples],
        }

    def lines(self) -> Counter[str]:
        """How often each line is there."""
        asked = LogFilter(services=frozenset({self.service}), since_ns=self.since_ns)
        return Counter(record.message for record in self.stores.logs.search(asked, None).records)

    def samples(self) -> set[str]:
        """The values of the metric."""
        query = f'tests_count_ratio{{service_name="{self.service}"}}[10m]'
        found = self.stack.prometheus("query", query=query)["result"]
        return {value for series in found for _, value in series["values"]}

    def calls(self) -> int:
        """The spans that the collector has counted, over all times that it began anew."""
        query = f'traces_span_metrics_calls_total{{service_name="{self.service}"}}[10m]'
        total = 0
        for series in self.stack.prometheus("query", query=query)["result"]:
            counts = [int(value) for _, value in series["values"]]
            total += sum(before for before, after in zip(counts, [*counts[1:], 0], strict=True) if after < before)
        return total

    def _whole(self, trace: Item) -> bool:
        """Both spans where all traces are, and the one with an error where those are."""
        return trace.spans <= _span_ids(self.stack.trace(trace.name)) and (
            not trace.failed or bool(_span_ids(self.stack.error_trace(trace.name)) & trace.spans)
        )


def test_nothing_that_was_acknowledged_is_lost(stack: ByHand, stores: Stores) -> None:
    looking = Looking(stack, stores, f"steady-{otlp.new_span_id()}", time.time_ns())
    gone = Semaphore(0)
    with Load(stack, looking.service) as load, ThreadPoolExecutor(len(LEAVES)) as pool:
        outages = {part: pool.submit(leave, stack, part, after_s, gone) for part, after_s in LEAVES.items()}
        assert all(gone.acquire(timeout=60) for _ in LEAVES)
        assert not any(answers(stack, part) for part in LEAVES)
        before = load.total()
        hold(10)
        kill_collector(stack)
        hold(10)
        assert load.total() - before > 3 * RATE, "exports are taken while nobody takes them from there"
        outages["jaeger"].result()
        wait_until(lambda: answers(stack, "jaeger"), 60, what="Jaeger's return")
        kill_collector(stack)  # in the midst of handing on what was kept
        for one in outages.values():
            one.result()
        stack.up()
        hold(1)
    assert load.again > 0, "the kills met no export"

    begun, left = time.monotonic(), load.acknowledged
    while any((left := looking.missing(left)).values()) and time.monotonic() - begun < RETURN_S:
        hold(0.5)

    never_sent = {"traces": Item(otlp.new_trace_id(), frozenset("x")), "logs": Item("line x"), "metrics": Item("-1")}
    everything = {signal: [*items, never_sent[signal]] for signal, items in load.acknowledged.items()}
    assert looking.missing(everything) == {signal: [item] for signal, item in never_sent.items()}
    assert set(looking.lines().values()) == {1}, "no line is there twice"
    sent = SPANS * len(load.acknowledged["traces"])
    least = sent - 2 * FLUSH_S * SPANS * RATE
    wait_until(lambda: least <= looking.calls(), what=f"{least} of {sent} spans in the span metrics")
    assert looking.calls() <= sent + SPANS * load.again
    print(f"{load.total()} exports acknowledged, {load.again} sent again; {looking.calls()} of {sent} spans counted")


def leave(stack: ByHand, part: str, after_s: float, gone: Semaphore) -> None:
    """Stop a part for AWAY_S, from some seconds from now on; `gone` counts it once it has stopped."""
    hold(after_s)
    stack.compose("stop", part)
    gone.release()
    hold(AWAY_S)
    stack.docker("start", stack.containers()[part]["Id"])


def kill_collector(stack: ByHand) -> None:
    """`kill -9`, and start it anew."""
    container = stack.containers()["otel-collector"]["Id"]
    stack.docker("kill", "--signal", "KILL", container)
    stack.docker("start", container)


def answers(stack: ByHand, part: str) -> bool:
    """Whether anyone takes what is sent to a part."""
    try:
        return stack.http.get(stack.url(part.upper())).status_code < 500
    except httpx.TransportError:
        return False


def hold(seconds: float) -> None:
    """Let time pass: how long something is away is what is tested."""
    time.sleep(seconds)


def _span_ids(resource_spans: list[dict[str, Any]]) -> frozenset[str]:
    scopes = (scoped for group in resource_spans for scoped in group["scopeSpans"])
    return frozenset(span["spanId"] for scoped in scopes for span in scoped["spans"])
