"""What OTLP/gRPC answers (OTLP specification, "OTLP/gRPC")."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import grpc
import psutil
import pytest
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from phoenix_dev.receiver.limits import MOST_BYTES
from phoenix_dev.telemetry.inbox import Accepted

from . import payloads
from .recording import byte_method, eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Receiver

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
SECONDS = 10
STUBS: list[Any] = [
    pytest.param(TraceServiceStub, payloads.traces(), "rejected_spans", id="traces"),
    pytest.param(LogsServiceStub, payloads.logs(), "rejected_log_records", id="logs"),
    pytest.param(MetricsServiceStub, payloads.metrics(), "rejected_data_points", id="metrics"),
]


def raw(channel: grpc.Channel) -> Callable[..., bytes]:
    """Sends bytes as they are."""
    method = byte_method(channel, EXPORT)
    return lambda body, **options: method(body, timeout=SECONDS, **options)


def failure_of(call: Callable[[], object]) -> tuple[grpc.StatusCode, str, Status]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    error: Any = caught.value
    trailers = {each.key: each.value for each in error.trailing_metadata() or ()}
    return error.code(), error.details(), Status.FromString(trailers.get("grpc-status-details-bin", b""))


@pytest.mark.parametrize(("stub", "export", "rejected"), STUBS)
def test_an_export_is_taken_as_sent(
    channel: grpc.Channel, receiver: Receiver, stub: Any, export: Any, rejected: str
) -> None:
    answer = stub(channel).Export(export, timeout=SECONDS)
    assert not answer.HasField("partial_success")
    assert receiver.inbox.exports == [export]
    assert receiver.inbox.sizes == [export.ByteSize()]


@pytest.mark.parametrize(("stub", "export", "rejected"), STUBS)
def test_items_refused_for_good_are_a_partial_success(
    channel: grpc.Channel, receiver: Receiver, stub: Any, export: Any, rejected: str
) -> None:
    receiver.inbox.outcome = Accepted(1, rejected=2, reason="2 had no time")
    partial = stub(channel).Export(export, timeout=SECONDS).partial_success
    assert (getattr(partial, rejected), partial.error_message) == (2, "2 had no time")
    (refusal,) = receiver.refused()
    assert (refusal.protocol, refusal.reason, refusal.peer) == ("grpc", "2 had no time", "127.0.0.1")


def test_gzip_is_undone(channel: grpc.Channel, receiver: Receiver) -> None:
    export = payloads.traces(500)
    raw(channel)(export.SerializeToString(), compression=grpc.Compression.Gzip)
    assert receiver.inbox.exports == [export]


def test_it_answers_on_ipv6_too(receiver: Receiver) -> None:
    with grpc.insecure_channel(f"[::1]:{receiver.grpc_port}") as channel:
        assert raw(channel)(b"") == b""


def test_it_is_acknowledged_after_its_commit_and_never_before(channel: grpc.Channel, receiver: Receiver) -> None:
    receiver.inbox.mood = "slow"
    answers: list[bytes] = []
    sender = threading.Thread(target=lambda: answers.append(raw(channel)(b"")))
    sender.start()
    eventually(lambda: receiver.inbox.held)
    assert answers == []
    receiver.inbox.commit_held()
    sender.join(5)
    assert answers == [b""]


def test_bad_utf8_is_refused_by_the_name_of_its_field(channel: grpc.Channel, receiver: Receiver) -> None:
    body = payloads.traces().SerializeToString().replace(b"/orders/1", b"/or\xffers/1")
    code, details, status = failure_of(lambda: raw(channel)(body))
    named = "resource_spans[0].scope_spans[0].spans[1].name is not UTF-8"
    assert (code, details, status.message, status.code) == (grpc.StatusCode.INVALID_ARGUMENT, named, named, 3)
    (refusal,) = receiver.refused()
    assert (refusal.reason, refusal.service, refusal.protocol) == (named, "orchestrator", "grpc")


BUSY = [("full", 2.5, "the queue is full"), ("failing", 7, "the disk is full")]


@pytest.mark.parametrize(("mood", "seconds", "reason"), BUSY)
def test_a_store_that_cannot_keep_up_says_when_to_try_again(
    channel: grpc.Channel, receiver: Receiver, mood: Any, seconds: float, reason: str
) -> None:
    receiver.inbox.mood = mood
    code, details, status = failure_of(lambda: raw(channel)(b""))
    retry = RetryInfo()
    assert status.details[0].Unpack(retry)
    assert (code, details) == (grpc.StatusCode.UNAVAILABLE, reason)
    assert retry.retry_delay.ToTimedelta().total_seconds() == seconds
    assert [refusal.reason for refusal in receiver.refused()] == [reason]


def test_16_mebibytes_are_taken_and_more_is_not(channel: grpc.Channel, receiver: Receiver) -> None:
    from .test_http_limits import padded

    assert raw(channel)(padded(MOST_BYTES)) == b""
    code, _, _ = failure_of(lambda: raw(channel)(padded(MOST_BYTES + 1)))
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert receiver.inbox.sizes == [MOST_BYTES]


def test_a_gzip_bomb_costs_no_memory(channel: grpc.Channel) -> None:
    explosive = bytes(256 * 1024 * 1024)
    raw(channel)(b"")
    before = psutil.Process().memory_info().rss
    code, _, _ = failure_of(lambda: raw(channel)(explosive, compression=grpc.Compression.Gzip))
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert psutil.Process().memory_info().rss - before < 64 * 1024 * 1024


def test_what_waits_for_its_commit_is_bounded_and_given_back(channel: grpc.Channel, receiver: Receiver) -> None:
    from .test_http_limits import padded

    receiver.inbox.mood = "slow"
    body = padded(12 * 1024 * 1024)
    call = byte_method(channel, EXPORT).future(body, timeout=SECONDS)
    eventually(lambda: receiver.inbox.held)
    code, _, status = failure_of(lambda: raw(channel)(body))
    assert (code, len(status.details)) == (grpc.StatusCode.UNAVAILABLE, 1)
    receiver.inbox.commit_held()
    assert call.result() == b""
    receiver.inbox.mood = "willing"
    assert raw(channel)(body) == b""


def test_a_sender_that_leaves_while_its_commit_is_awaited_does_no_harm(
    channel: grpc.Channel, receiver: Receiver
) -> None:
    receiver.inbox.mood = "slow"
    call = byte_method(channel, EXPORT).future(b"", timeout=SECONDS)
    eventually(lambda: receiver.inbox.held)
    call.cancel()
    (held,) = receiver.inbox.held
    receiver.inbox.mood = "willing"
    assert raw(channel)(b"") == b""
    assert not held.cancelled()
    receiver.inbox.commit_held()


def test_another_method_is_unimplemented(channel: grpc.Channel) -> None:
    method = byte_method(channel, "/opentelemetry.proto.collector.trace.v1.TraceService/Import")
    code, _, _ = failure_of(lambda: method(b"", timeout=SECONDS))
    assert code == grpc.StatusCode.UNIMPLEMENTED
