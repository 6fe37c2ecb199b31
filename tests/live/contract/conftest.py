"""The stores over the stack, as the contract suite wants them: sent through the collector, read from the backends."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests import otlp
from tests.contract.keeping import Kept
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from phoenix_dev.stores import Stores
    from tests.live.compose.by_hand import ByHand

#: How long something sent may take until it can be read, on a busy machine (seconds).
_READABLE = 30
#: What a story of a test needs before the present.
_PAST = 20 * otlp.SECOND


@pytest.fixture
def kept(stack: ByHand, stores: Stores) -> Kept:
    """The stack that all live tests share, which keeps what others sent too."""
    sender = Sender(stack)

    def restart() -> None:
        stack.compose("restart", "--timeout", "10", "jaeger", "loki", "prometheus")
        stack.up()

    # In whole milliseconds, which is as exact as Prometheus is.
    return Kept(stores, sender.send, restart, (time.time_ns() - _PAST) // otlp.MS * otlp.MS)


class Sender:
    """Sends exports to the collector and waits until the backends have them, asking these without our stores.

    Equal spans, records and points stand for one. A log's service has a name that only this test has, so its lines can
    be counted.
    """

    def __init__(self, stack: ByHand) -> None:
        self._stack = stack
        self._sent: dict[tuple[str, str], set[bytes]] = {}
        self._spans: dict[str, set[tuple[str, int]]] = {}

    def send(self, *exports: Any) -> None:
        """All of them; then it is waited for all."""
        waits = [self._sent_off(export) for export in exports]
        for there in waits:
            wait_until(there, _READABLE, what="what was sent")

    def _sent_off(self, export: Any) -> Callable[[], bool]:
        """Send an export; the condition that says whether it can be read."""
        if hasattr(export, "resource_spans"):
            self._stack.send("traces", export)
            for span in _spans(export):
                trace_id, span_id = _ids(span)
                self._spans.setdefault(trace_id, set()).add((span_id, span.start_time_unix_nano // 1000))
            return partial(self._spans_are_there, export)
        if hasattr(export, "resource_logs"):
            self._stack.send("logs", export)
            self._note("logs", export.resource_logs, _records)
            return partial(self._counts_are_right, "logs", self._lines)
        self._stack.send("metrics", export)
        self._note("metrics", export.resource_metrics, _points)
        return partial(self._counts_are_right, "metrics", self._samples)

    def _spans_are_there(self, export: Any) -> bool:
        """Of two spans that share an ID, which Jaeger tells apart by their start to the microsecond, it gives one
        another ID: so they are counted too.
        """
        wanted: dict[str, set[str]] = {}
        for trace_id, span_id in map(_ids, _spans(export)):
            wanted.setdefault(trace_id, set()).add(span_id)
        return all(self._holds(trace_id, span_ids) for trace_id, span_ids in wanted.items())

    def _holds(self, trace_id: str, span_ids: set[str]) -> bool:
        found = self._span_ids(trace_id)
        return span_ids <= {*found} and len(found) >= len(self._spans[trace_id])

    def _span_ids(self, trace_id: str) -> list[str]:
        scopes = [scoped for group in self._stack.trace(trace_id) for scoped in group["scopeSpans"]]
        return [span.get("spanId", "") for scoped in scopes for span in scoped["spans"]]

    def _note(self, signal: str, groups: Iterable[Any], items: Callable[[Any], Iterable[bytes]]) -> None:
        for group in groups:
            (service,) = (pair.value.string_value for pair in group.resource.attributes if pair.key == "service.name")
            self._sent.setdefault((signal, service), set()).update(items(group))

    def _counts_are_right(self, signal: str, count: Callable[[str], float]) -> bool:
        return all(count(service) == len(sent) for (kind, service), sent in self._sent.items() if kind == signal)

    def _lines(self, service: str) -> float:
        query = f"sum(count_over_time({{service_name={_quoted(service)}}}[1h]))"
        answer = self._stack.http.get(
            f"{self._stack.url('LOKI')}/loki/api/v1/query", params={"query": query, "time": otlp.minutes_from_now(1)}
        )
        return _value(answer.json()["data"]["result"])

    def _samples(self, service: str) -> float:
        others = "traces_span_metrics_.*|target_info|.*_bucket|.*_sum"
        series = f'{{service_name={_quoted(service)},__name__!~"{others}"}}[1h]'
        soon = otlp.minutes_from_now(1) / otlp.SECOND
        return sum(len(one["values"]) for one in self._stack.prometheus("query", query=series, time=soon)["result"])


def _spans(export: Any) -> list[Any]:
    return [span for group in export.resource_spans for scoped in group.scope_spans for span in scoped.spans]


def _ids(span: Any) -> tuple[str, str]:
    """Trace ID and span ID in hex; an ID of zeros is none."""
    return span.trace_id.hex(), span.span_id.hex() if any(span.span_id) else ""


def _records(group: Any) -> Iterable[bytes]:
    return (record.SerializeToString() for scoped in group.scope_logs for record in scoped.log_records)


def _points(group: Any) -> Iterable[bytes]:
    return (metric.SerializeToString() for scoped in group.scope_metrics for metric in scoped.metrics)


def _value(result: list[Any]) -> float:
    return float(result[0]["value"][1]) if result else 0


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
