"""What the collector's own metrics say was refused or dropped."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.model.stack import Endpoints, StackStatus, StoredData
from phoenix_dev.usecases.status import stack_status

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from tests.unit.backends.answering import Answering, Asked

NOW_S = time.time()


def answered(*series: tuple[dict[str, str], list[str]]) -> bytes:
    result = [
        {"metric": metric, "values": [[NOW_S - 15 * age, value] for age, value in enumerate(reversed(values))][::-1]}
        for metric, values in series
    ]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}).encode()


COUNTED = answered(
    ({"__name__": "otelcol_receiver_refused_spans", "receiver": "otlp", "transport": "grpc"}, ["5", "7"]),
    ({"__name__": "otelcol_exporter_send_failed_log_records", "exporter": "otlp_http/loki"}, ["12"]),
    ({"__name__": "otelcol_exporter_enqueue_failed_metric_points", "exporter": "otlp_http/prometheus"}, ["3"]),
    ({"__name__": "otelcol_exporter_send_failed_spans", "exporter": "otlp_grpc/jaeger"}, ["0", "0"]),
)


def test_each_counter_that_counted_is_a_refusal_with_its_reason(backend: Answering, stores: Stores) -> None:
    backend.answers(200, COUNTED)
    spans, logs, points = stores.services.dropped(1000)
    assert (spans.protocol, spans.signal, spans.items, spans.first_ns) == ("grpc", "traces", 7, 1000)
    assert abs(spans.last_ns - NOW_S * 10**9) < 10**9
    assert (logs.protocol, logs.signal, logs.items) == ("", "logs", 12)
    assert "otlp_http/loki refused them for good" in logs.reason
    assert points.reason == "the queue to otlp_http/prometheus was full"


@pytest.mark.parametrize("answer", [(503, b"busy"), (200, b"?"), (200, b"{}")])
def test_a_prometheus_that_does_not_know_is_told(backend: Answering, stores: Stores, answer: tuple[int, bytes]) -> None:
    backend.answers(*answer)
    with pytest.raises(NotReady, match="Prometheus"):
        stores.services.dropped(0)


class Stack:
    """A runtime whose stack runs; it tells nothing else."""

    readable_when_stopped = False

    def status(self) -> StackStatus:
        return StackStatus(
            "compose",
            "development",
            "phoenix",
            "running",
            endpoints=Endpoints(),
            since_ns=1000,
            data=StoredData("the volumes", 5),
        )


def test_status_tells_of_it_also_while_another_part_does_not_answer(backend: Answering, stores: Stores) -> None:
    def without_loki(asked: Asked) -> tuple[int, bytes]:
        return (503, b"busy") if asked.path.startswith("/loki/") else (200, COUNTED)

    backend.answer = without_loki
    found = stack_status(Stack(), lambda: stores, time.time_ns())  # type: ignore[arg-type]
    assert [one.items for one in found.refused] == [7, 12, 3]
    assert found.state == "degraded"
    assert "Loki" in found.components[-1].detail


def test_a_stack_of_which_nobody_knows_what_was_dropped_is_shown(backend: Answering, stores: Stores) -> None:
    backend.answers(503, b"busy")
    found = stack_status(Stack(), lambda: stores, time.time_ns())  # type: ignore[arg-type]
    assert (found.refused, found.state) == ((), "degraded")
