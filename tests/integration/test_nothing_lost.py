"""`kill -9` on the engine under full load, again and again: what was acknowledged is there after the next `up`."""

from __future__ import annotations

import itertools
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Literal

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
from phoenix_dev.settings import Ports, Settings
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.stores.metrics import MetricQuery
from phoenix_dev.telemetry.reader import open_stores
from tests.ports import free_port
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opentelemetry.proto.resource.v1.resource_pb2 import Resource

    from phoenix_dev.stores import Stores

Signal = Literal["traces", "logs", "metrics"]
SIGNALS: tuple[Signal, ...] = ("traces", "logs", "metrics")

KILLS = 10
SEED = 20_240_607
SENDERS = 6
#: Items of one export, all of them told apart by export and place in it; every trace gets several of them.
ITEMS = 60
ITEMS_A_TRACE = 6
#: So many have to be acknowledged between two kills.
EXPORTS = 20
PATIENCE_S = 60.0


def trace_id(export: int, item: int) -> str:
    return f"{(export + 1) << 32 | item // ITEMS_A_TRACE + 1:032x}"


def span_id(export: int, item: int) -> str:
    return f"{(export + 1) << 16 | item:016x}"


def of_service(resource: Resource) -> None:
    resource.attributes.add(key="service.name").value.string_value = "orchestrator"


def spans(export: int) -> bytes:
    """Each span has an ID of its own."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    of_service(group.resource)
    scope = group.scope_spans.add()
    for item in range(ITEMS):
        span = scope.spans.add(
            trace_id=bytes.fromhex(trace_id(export, item)),
            span_id=bytes.fromhex(span_id(export, item)),
            name="process",
            start_time_unix_nano=time.time_ns(),
            end_time_unix_nano=time.time_ns(),
        )
        span.attributes.add(key="correlation_id").value.string_value = f"c-{export}"
    return request.SerializeToString()


def logs(export: int) -> bytes:
    """Each record has a message of its own; those at odd places belong to no trace."""
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    of_service(group.resource)
    scope = group.scope_logs.add()
    for item in range(ITEMS):
        record = scope.log_records.add(time_unix_nano=time.time_ns(), severity_number=9)
        record.body.string_value = f"{export}/{item}"
        if item % 2 == 0:
            record.trace_id = bytes.fromhex(trace_id(export, item))
    return request.SerializeToString()


def points(export: int) -> bytes:
    """Each point has a value of its own."""
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    of_service(group.resource)
    metric = group.scope_metrics.add().metrics.add(name="queue.length")
    for item in range(ITEMS):
        metric.gauge.data_points.add(time_unix_nano=time.time_ns(), as_double=float(export * ITEMS + item))
    return request.SerializeToString()


BODY = {"traces": spans, "logs": logs, "metrics": points}


@dataclass
class Load:
    """Senders that go on whatever happens, never send anything twice, and remember what was acknowledged."""

    port: int
    sent: dict[Signal, set[int]] = field(default_factory=lambda: {name: set() for name in SIGNALS})
    acknowledged: dict[Signal, set[int]] = field(default_factory=lambda: {name: set() for name in SIGNALS})
    refused: set[int] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _enough: threading.Event = field(default_factory=threading.Event)
    _senders: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._senders = [threading.Thread(target=self._send_on) for _ in range(SENDERS)]
        for sender in self._senders:
            sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for sender in self._senders:
            sender.join()

    def count(self) -> int:
        """Exports acknowledged so far."""
        return sum(map(len, self.acknowledged.values()))

    def _send_on(self) -> None:
        while not self._enough.is_set():
            connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.connect()
                while not self._enough.is_set():
                    self._send(connection, next(self._numbers))
            except (OSError, HTTPException):
                self._enough.wait(0.005)  # the engine is dead; an export that was under way is not sent again
            finally:
                connection.close()

    def _send(self, connection: HTTPConnection, number: int) -> None:
        name = SIGNALS[number % len(SIGNALS)]
        body = BODY[name](number)
        self.sent[name].add(number)
        connection.request("POST", f"/v1/{name}", body, {"Content-Type": "application/x-protobuf"})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            self.acknowledged[name].add(number)
        else:
            self.refused.add(answer.status)


@pytest.fixture
def runtime(home: Path) -> Iterator[EmbeddedRuntime]:
    stack = EmbeddedRuntime(
        home / "projects" / "phoenix",
        Settings(ports=Ports(otlp_grpc=free_port(), otlp_http=free_port(), ui=free_port())),
    )
    yield stack
    stack.stop()


def kill(runtime: EmbeddedRuntime) -> None:
    record = runtime.engine.record()
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    wait_until(lambda: not runtime.engine.runs)


def kept(stores: Stores, load: Load) -> dict[Signal, Counter[tuple[int, int]]]:
    """How often each item is found, by export and place in it."""
    traces = {trace_id(export, item): None for export in load.sent["traces"] for item in range(ITEMS)}
    found_spans = stores.traces.spans(traces)
    found_logs = stores.logs.search(LogFilter(), None).records
    found_points = stores.metrics.points(MetricQuery(name="queue.length"))
    return {
        "traces": Counter(
            ((int(span.span_id, 16) >> 16) - 1, int(span.span_id, 16) & 0xFFFF)
            for found in found_spans.values()
            for span in found
        ),
        "logs": Counter((int(export), int(item)) for export, _, item in (r.message.partition("/") for r in found_logs)),
        "metrics": Counter(divmod(int(point.value), ITEMS) for point in found_points),
    }


@pytest.mark.parametrize("kills", [KILLS, pytest.param(60, marks=pytest.mark.long)])
def test_what_was_acknowledged_is_there_after_kill_9_at_any_moment(runtime: EmbeddedRuntime, kills: int) -> None:
    moments = random.Random(SEED)
    endpoint = runtime.start(PATIENCE_S).status.endpoints.otlp_http
    with Load(int(endpoint.rpartition(":")[2])) as load:
        for _ in range(kills):
            enough = load.count() + EXPORTS
            wait_until(lambda enough=enough: load.count() > enough, what="exports after the start")  # type: ignore[misc]
            time.sleep(moments.uniform(0.0, 0.5))  # the moment of the kill, whatever happens then
            kill(runtime)
            assert runtime.start(PATIENCE_S).status.endpoints.otlp_http == endpoint
    found = kept(open_stores(runtime.home / "telemetry.db"), load)
    for name in SIGNALS:
        wanted = {(export, item) for export in load.acknowledged[name] for item in range(ITEMS)}
        assert len(load.acknowledged[name]) > kills, f"too few {name} to tell"
        assert wanted <= found[name].keys(), f"{len(wanted - found[name].keys())} acknowledged items of {name} are lost"
        assert set(found[name].values()) == {1}, f"{name} are there more than once"
        assert {export for export, _ in found[name]} <= load.sent[name], f"{name} that nobody sent"
        # what was under way at a kill is there whole or not at all
        assert set(Counter(export for export, _ in found[name]).values()) == {ITEMS}
    under_way = sum(len(load.sent[name] - load.acknowledged[name]) for name in SIGNALS)
    assert under_way >= kills, "the kills did not meet exports under way"
    assert load.refused <= {429, 503}


def test_the_logs_of_a_trace_are_found_by_it_after_a_kill(runtime: EmbeddedRuntime) -> None:
    endpoint = runtime.start(PATIENCE_S).status.endpoints.otlp_http
    with Load(int(endpoint.rpartition(":")[2])) as load:
        wait_until(lambda: len(load.acknowledged["logs"]) > 20)
        kill(runtime)
        runtime.start(PATIENCE_S)
    stores = open_stores(runtime.home / "telemetry.db")
    for export in load.acknowledged["logs"]:
        for item in range(0, ITEMS, ITEMS_A_TRACE):
            trace = trace_id(export, item)
            messages = {record.message for record in stores.logs.of_traces([trace])[trace]}
            assert messages == {f"{export}/{place}" for place in range(item, item + ITEMS_A_TRACE, 2)}
