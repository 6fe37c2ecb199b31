"""What OTLP/HTTP answers to a well-meaning sender (OTLP specification, "OTLP/HTTP")."""

from __future__ import annotations

import gzip
import json
import statistics
import threading
import time
from typing import TYPE_CHECKING

import pytest
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from phoenix_dev.telemetry.inbox import Accepted
from tests.waiting import least

from . import payloads
from .recording import JSON, PROTOBUF, eventually

if TYPE_CHECKING:
    import httpx

    from phoenix_dev.telemetry.inbox import ExportRequest

    from .conftest import Receiver

EVERY_SIGNAL = [
    pytest.param("/v1/traces", payloads.traces(), id="traces"),
    pytest.param("/v1/logs", payloads.logs(), id="logs"),
    pytest.param("/v1/metrics", payloads.metrics(), id="metrics"),
]


@pytest.mark.parametrize(("path", "export"), EVERY_SIGNAL)
def test_protobuf_is_taken_as_sent(http: httpx.Client, receiver: Receiver, path: str, export: ExportRequest) -> None:
    body = export.SerializeToString()
    answer = http.post(path, content=body, headers=PROTOBUF)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert receiver.inbox.exports == [export]
    assert receiver.inbox.sizes == [len(body)]


@pytest.mark.parametrize(("path", "export"), EVERY_SIGNAL)
def test_json_is_the_same_export(http: httpx.Client, receiver: Receiver, path: str, export: ExportRequest) -> None:
    answer = http.post(path, content=payloads.otlp_json(export), headers=JSON)
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == "application/json"
    assert receiver.inbox.exports == [export]
    assert receiver.inbox.sizes == [export.ByteSize()]


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_undone(http: httpx.Client, receiver: Receiver, coding: str) -> None:
    body = gzip.compress(payloads.traces(500).SerializeToString())
    assert http.post("/v1/traces", content=body, headers=PROTOBUF | {"content-encoding": coding}).status_code == 200
    assert receiver.inbox.exports == [payloads.traces(500)]
    assert receiver.inbox.sizes == [payloads.traces(500).ByteSize()]


def test_long_json_is_taken(http: httpx.Client, receiver: Receiver) -> None:
    export = payloads.traces(600)
    assert http.post("/v1/traces", content=payloads.otlp_json(export), headers=JSON).status_code == 200
    assert receiver.inbox.exports == [export]


def test_a_chunked_body_is_taken(http: httpx.Client, receiver: Receiver) -> None:
    body = payloads.traces(50).SerializeToString()
    pieces = (body[start : start + 1000] for start in range(0, len(body), 1000))
    assert http.post("/v1/traces", content=pieces, headers=PROTOBUF).status_code == 200
    assert receiver.inbox.exports == [payloads.traces(50)]


@pytest.mark.parametrize("kind", ["application/x-protobuf; charset=utf-8", "Application/X-Protobuf"])
def test_parameters_and_case_of_the_content_type_do_not_matter(http: httpx.Client, kind: str) -> None:
    body = payloads.traces().SerializeToString()
    assert http.post("/v1/traces", content=body, headers={"content-type": kind}).status_code == 200


def test_an_empty_export_is_fine(http: httpx.Client) -> None:
    assert http.post("/v1/traces", content=b"", headers=PROTOBUF).status_code == 200
    assert http.post("/v1/traces", content=b"{}", headers=JSON).status_code == 200


def test_both_loopback_addresses_answer(http: httpx.Client, receiver: Receiver) -> None:
    body = payloads.traces().SerializeToString()
    url = f"http://[::1]:{receiver.http_port}/v1/traces"
    assert http.post(url, content=body, headers=PROTOBUF).status_code == 200


def test_it_is_acknowledged_after_its_commit_and_never_before(http: httpx.Client, receiver: Receiver) -> None:
    receiver.inbox.mood = "slow"
    answers: list[int] = []
    body = payloads.traces().SerializeToString()
    sender = threading.Thread(
        target=lambda: answers.append(http.post("/v1/traces", content=body, headers=PROTOBUF).status_code)
    )
    sender.start()
    eventually(lambda: receiver.inbox.held)
    assert answers == []
    receiver.inbox.commit_held()
    sender.join(5)
    assert answers == [200]


REJECTED = [
    ("/v1/traces", ExportTraceServiceResponse, "rejected_spans", "rejectedSpans"),
    ("/v1/logs", ExportLogsServiceResponse, "rejected_log_records", "rejectedLogRecords"),
    ("/v1/metrics", ExportMetricsServiceResponse, "rejected_data_points", "rejectedDataPoints"),
]


@pytest.mark.parametrize(("path", "response", "field", "json_field"), REJECTED)
def test_items_refused_for_good_are_a_partial_success(
    http: httpx.Client, receiver: Receiver, path: str, response: type, field: str, json_field: str
) -> None:
    receiver.inbox.outcome = Accepted(3, rejected=2, reason="2 had no ID")
    answer = http.post(path, content=b"", headers=PROTOBUF)
    partial = response.FromString(answer.content).partial_success  # type: ignore[attr-defined]
    assert (answer.status_code, getattr(partial, field), partial.error_message) == (200, 2, "2 had no ID")
    answer = http.post(path, content=b"{}", headers=JSON)
    assert answer.json() == {"partialSuccess": {json_field: "2", "errorMessage": "2 had no ID"}}
    assert [(each.reason, each.items, each.count) for each in receiver.refused()] == [("2 had no ID", 4, 2)]


def test_a_refusal_for_good_names_its_service(http: httpx.Client, receiver: Receiver) -> None:
    receiver.inbox.outcome = Accepted(3, rejected=1, reason="1 had no name")
    http.post("/v1/traces", content=payloads.traces(service="billing").SerializeToString(), headers=PROTOBUF)
    (refusal,) = receiver.refused()
    assert (refusal.protocol, refusal.signal, refusal.service) == ("http", "traces", "billing")


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "application/grpc", "", None])
def test_other_content_types_are_415(http: httpx.Client, receiver: Receiver, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    answer = http.post("/v1/traces", content=b"x", headers=headers)
    assert answer.status_code == 415
    assert "application/x-protobuf or application/json" in answer.json()["message"]
    assert len(receiver.refused()) == 1


@pytest.mark.parametrize("coding", ["zstd", "deflate", "gzip, gzip", "br"])
def test_other_codings_are_415_and_say_which_is_taken(http: httpx.Client, coding: str) -> None:
    answer = http.post("/v1/traces", content=b"x", headers=PROTOBUF | {"content-encoding": coding})
    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "gzip"
    assert coding in Status.FromString(answer.content).message


@pytest.mark.parametrize("path", ["/v1/trace", "/v1/traces/", "/", "/v1/profiles", "/v1/tra%63es%00"])
def test_a_wrong_path_names_the_right_ones(http: httpx.Client, path: str) -> None:
    answer = http.post(path, content=b"", headers=JSON)
    assert answer.status_code == 404
    assert "/v1/traces, /v1/logs, /v1/metrics" in answer.json()["message"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_wrong_method_is_405_with_allow(http: httpx.Client, receiver: Receiver, method: str) -> None:
    answer = http.request(method, "/v1/traces")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert answer.json()["code"] == 12
    assert receiver.refused() == []


def test_head_is_405_without_a_body(http: httpx.Client) -> None:
    assert http.head("/v1/traces").status_code == 405


def test_a_full_queue_is_429_and_says_when_to_try_again(http: httpx.Client, receiver: Receiver) -> None:
    receiver.inbox.mood = "full"
    answer = http.post("/v1/traces", content=payloads.traces().SerializeToString(), headers=PROTOBUF)
    status = Status.FromString(answer.content)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert status.message == "the queue is full"
    assert status.details[0].type_url == "type.googleapis.com/google.rpc.RetryInfo"
    (refusal,) = receiver.refused()
    assert (refusal.reason, refusal.service) == ("the queue is full", "orchestrator")


def test_a_failed_commit_is_503_and_says_when_to_try_again(http: httpx.Client, receiver: Receiver) -> None:
    receiver.inbox.mood = "failing"
    answer = http.post("/v1/logs", content=b"{}", headers=JSON)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert answer.json() == {
        "code": 14,
        "message": "the disk is full",
        "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7.000s"}],
    }


@pytest.mark.parametrize("headers", [PROTOBUF, JSON])
def test_a_malformed_body_is_400_with_a_status_in_its_own_encoding(
    http: httpx.Client, receiver: Receiver, headers: dict[str, str]
) -> None:
    answer = http.post("/v1/traces", content=b"\xff\xff", headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == headers["content-type"]
    if headers is JSON:
        status = json.loads(answer.content)
        assert (status["code"], status["message"]) == (3, "the body is not UTF-8 at byte 0")
    else:
        status = Status.FromString(answer.content)
        assert (status.code, status.message) == (3, "the body is cut short at byte 2")
    assert receiver.inbox.exports == []


def test_bad_utf8_is_refused_by_the_name_of_its_field_and_its_service(http: httpx.Client, receiver: Receiver) -> None:
    body = payloads.traces(5).SerializeToString().replace(b"/orders/3", b"/or\xffers/3")
    answer = http.post("/v1/traces", content=body, headers=PROTOBUF)
    assert answer.status_code == 400
    named = "resource_spans[0].scope_spans[0].spans[3].name is not UTF-8"
    assert Status.FromString(answer.content).message == named
    (refusal,) = receiver.refused()
    assert (refusal.reason, refusal.service, refusal.peer) == (named, "orchestrator", "127.0.0.1")


def test_the_connection_serves_on_after_a_refusal(http: httpx.Client) -> None:
    with http.stream("POST", "/v1/traces", content=b"\xff", headers=PROTOBUF) as refused:
        assert "connection" not in refused.headers
    assert http.post("/v1/traces", content=b"", headers=PROTOBUF).status_code == 200


def test_an_answer_with_a_body_is_not_held_back(http: httpx.Client) -> None:
    """Head and body are two writes: with Nagle's algorithm on, the second would wait 40 ms for the first's ACK."""

    def seconds() -> float:
        started = time.perf_counter()
        http.post("/v1/traces", content=b"{}", headers=JSON)
        return time.perf_counter() - started

    assert least(lambda: statistics.median(seconds() for _ in range(20)), 0.03) <= 0.03
