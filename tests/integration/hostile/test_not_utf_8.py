"""Bytes that are no text are refused by the name of their field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import httpx
import pytest
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

from tests.integration.hostile.engines import PROTOBUF, Engine, spoilt
from tests.otlp import log, logs, new_trace_id, span, traces

if TYPE_CHECKING:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    Export = ExportTraceServiceRequest | ExportLogsServiceRequest


def bad_span(**fields: Any) -> ExportTraceServiceRequest:
    return traces("orders", span(new_trace_id(), **fields))


BAD: dict[str, Export] = {
    "resource_spans[0].resource.attributes[0].value.string_value": traces("BAD", span(new_trace_id())),
    "resource_spans[0].scope_spans[0].scope.name": traces("orders", span(new_trace_id()), scope="BAD"),
    "resource_spans[0].scope_spans[0].spans[0].name": bad_span(name="BAD"),
    "resource_spans[0].scope_spans[0].spans[0].trace_state": bad_span(trace_state="BAD"),
    "resource_spans[0].scope_spans[0].spans[0].status.message": bad_span(error="BAD"),
    "resource_spans[0].scope_spans[0].spans[0].attributes[0].key": bad_span(attributes={"BAD": 1}),
    "resource_spans[0].scope_spans[0].spans[0].attributes[1].value.array_value.values[0].string_value": bad_span(
        attributes={"a": 1, "b": ["BAD"]}
    ),
    "resource_spans[0].scope_spans[0].spans[0].events[0].name": bad_span(events=[ProtoSpan.Event(name="BAD")]),
    "resource_spans[0].scope_spans[0].spans[0].links[0].trace_state": bad_span(
        links=[ProtoSpan.Link(trace_state="BAD")]
    ),
    "resource_logs[0].scope_logs[0].log_records[0].body.string_value": logs("orders", log("BAD")),
    "resource_logs[0].scope_logs[0].log_records[1].attributes[0].key": logs("orders", log("a"), log("b", BAD=1)),
}


@pytest.mark.parametrize("field", BAD)
def test_bytes_that_are_not_utf_8_are_refused_by_the_name_of_their_field(field: str, engine: Engine) -> None:
    body, signal = spoilt(BAD[field]), "traces" if "span" in field else "logs"
    answer = httpx.post(f"{engine.endpoints['otlp_http']}/v1/{signal}", content=body, headers=PROTOBUF)
    assert answer.status_code == 400
    assert Status.FromString(answer.content).message == f"{field} is not UTF-8"
    with pytest.raises(grpc.RpcError) as refused:
        engine.call_with(body, signal)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == f"{field} is not UTF-8"
