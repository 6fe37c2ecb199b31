"""An error in the engine itself is told to the sender in one sentence, and its log has the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from .recording import JSON, PROTOBUF, byte_method

if TYPE_CHECKING:
    import httpx

    from .conftest import Receiver

SENTENCE = "the engine failed, its log says where: KeyError: 'no such column'"


def test_over_http(http: httpx.Client, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    receiver.inbox.mood = "broken"
    answer = http.post("/v1/traces", content=b"", headers=PROTOBUF)
    assert (answer.status_code, Status.FromString(answer.content).message) == (500, SENTENCE)
    assert http.post("/v1/traces", content=b"{}", headers=JSON).json() == {"code": 13, "message": SENTENCE}
    assert [(refusal.reason, refusal.count) for refusal in receiver.refused()] == [(SENTENCE, 2)]
    assert [record.getMessage() for record in caplog.records] == ["an export could not be taken"] * 2
    assert caplog.text.count("Traceback") == 2


def test_over_grpc(channel: grpc.Channel, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    receiver.inbox.mood = "broken"
    with pytest.raises(grpc.RpcError) as caught:
        byte_method(channel, "/opentelemetry.proto.collector.logs.v1.LogsService/Export")(b"", timeout=10)
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.INTERNAL, SENTENCE)
    assert [(refusal.protocol, refusal.reason) for refusal in receiver.refused()] == [("grpc", SENTENCE)]
    assert [record.getMessage() for record in caplog.records] == ["an export could not be taken"]


def test_the_next_export_is_taken(http: httpx.Client, receiver: Receiver) -> None:
    receiver.inbox.mood = "broken"
    assert http.post("/v1/traces", content=b"", headers=PROTOBUF).status_code == 500
    receiver.inbox.mood = "willing"
    assert http.post("/v1/traces", content=b"", headers=PROTOBUF).status_code == 200
