"""OTLP/JSON reads to the same messages as protobuf, and says where it cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.otlp.read_json import read_json
from phoenix_dev.receiver.signals import SIGNALS
from tests.unit.receiver import payloads

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

    from phoenix_dev.receiver.signals import Signal

VALUES: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: st.text(max_size=8),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SFIXED64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: st.integers(0, 2**64 - 1),
    FieldDescriptor.TYPE_FIXED64: st.integers(0, 2**64 - 1),
    FieldDescriptor.TYPE_ENUM: st.integers(0, 3),
}


@st.composite
def messages(draw: st.DrawFn, signal: Signal) -> Message:
    """Any message of a signal's request, whatever its schema allows."""
    message = signal.request()
    _fill(draw, message, message.DESCRIPTOR, 0)
    return message


def _fill(draw: st.DrawFn, message: Any, kind: Descriptor, level: int) -> None:
    fields = list(kind.fields)
    wanted = fields if level < 3 else draw(st.lists(st.sampled_from(fields), max_size=3, unique_by=lambda f: f.name))
    for field in wanted:
        if field.message_type is None:
            values = VALUES[field.type]
            if field.is_repeated:
                getattr(message, field.name).extend(draw(st.lists(values, max_size=3)))
            elif draw(st.booleans()):
                setattr(message, field.name, draw(values))
        elif level < 8:
            children = getattr(message, field.name)
            if field.is_repeated:
                for _ in range(draw(st.integers(0, 2))):
                    _fill(draw, children.add(), field.message_type, level + 1)
            elif draw(st.booleans()):
                children.SetInParent()
                _fill(draw, children, field.message_type, level + 1)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_export_reads_the_same_from_either_encoding(signal: Signal, data: st.DataObject) -> None:
    export: Any = data.draw(messages(signal))
    names = {"snake_case": data.draw(st.booleans()), "enum_names": data.draw(st.booleans())}
    read = read_json(signal.request, payloads.otlp_json(export, **names))
    assert read.SerializeToString(deterministic=True) == export.SerializeToString(deterministic=True)


def span_of(span: object) -> Span:
    export: Any = read_json(ExportTraceServiceRequest, json.dumps(wrapped(span)).encode())
    read: Span = export.resource_spans[0].scope_spans[0].spans[0]
    return read


def wrapped(span: object) -> dict[str, object]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def attribute(value: object) -> dict[str, object]:
    return {"attributes": [{"key": "k", "value": value}]}


def reason_of(span: object, *, text: str | None = None) -> str:
    body = text if text is not None else json.dumps(wrapped(span))
    with pytest.raises(Malformed) as caught:
        read_json(ExportTraceServiceRequest, body.encode())
    return caught.value.reason.removeprefix("resourceSpans[0].scopeSpans[0].spans[0].")


def test_ids_are_hex_of_either_case() -> None:
    span = span_of({"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "eee19b7ec3c1b174", "parentSpanId": ""})
    assert span.trace_id.hex() == "5b8efff798038103d269b633813fc60c"
    assert span.span_id.hex() == "eee19b7ec3c1b174"
    assert span.parent_span_id == b""


@pytest.mark.parametrize("number", ["1544712660000000000", 1544712660000000000, 1.54471266e18])
def test_64_bit_integers_come_as_text_or_number(number: object) -> None:
    assert span_of({"startTimeUnixNano": number}).start_time_unix_nano == 1544712660000000000


@pytest.mark.parametrize("kind", [2, "2", 2.0, "SPAN_KIND_SERVER"])
def test_enums_come_as_number_or_name(kind: object) -> None:
    assert span_of({"kind": kind}).kind == 2


def test_an_enum_number_from_a_later_version_is_kept() -> None:
    assert span_of({"kind": 77}).kind == 77


@pytest.mark.parametrize("text", ["/+7/", "_-7_", "/+7/AA==", "/+7/AA"])
def test_bytes_are_base64_of_either_alphabet(text: str) -> None:
    assert span_of(attribute({"bytesValue": text})).attributes[0].value.bytes_value.startswith(b"\xff\xee\xff")


@pytest.mark.parametrize(
    ("sent", "read"), [("NaN", "nan"), ("Infinity", "inf"), ("-Infinity", "-inf"), ("1.5e3", "1500.0"), (2, "2.0")]
)
def test_doubles_come_as_number_or_text(sent: object, read: str) -> None:
    assert str(span_of(attribute({"doubleValue": sent})).attributes[0].value.double_value) == read


def test_unknown_fields_are_ignored_whatever_is_in_them() -> None:
    body = '{"later": {"a": 1, "a": NaN}, "resourceSpans": [{"x": [[[]]], "resource": {"y": null}}]}'
    assert len(read_json(ExportTraceServiceRequest, body.encode()).resource_spans) == 1


def test_null_is_absence() -> None:
    assert span_of({"name": None, "status": None, "attributes": None, "traceId": None}).ByteSize() == 0


def test_an_empty_value_is_present() -> None:
    values = [{"stringValue": ""}, {"intValue": 0}, {"arrayValue": {}}, {"kvlistValue": {"values": []}}]
    kinds = [span_of(attribute(value)).attributes[0].value.WhichOneof("value") for value in values]
    assert kinds == ["string_value", "int_value", "array_value", "kvlist_value"]


def test_lone_surrogates_become_replacement_characters() -> None:
    span = span_of({"name": "a\ud800b\udc00", "traceState": "\ud83d\ude00"})
    assert (span.name, span.trace_state) == ("a\ufffdb\ufffd", "😀")


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        ({"name": 5}, "name must be a string, not an integer"),
        ({"name": ["x"]}, "name must be a string, not an array"),
        (
            {"traceId": "xyz"},
            "traceId must be an even number of hex digits (OTLP/JSON writes IDs in hex, not in base64)",
        ),
        (
            {"traceId": "abc"},
            "traceId must be an even number of hex digits (OTLP/JSON writes IDs in hex, not in base64)",
        ),
        ({"traceId": "é"}, "traceId must be an even number of hex digits (OTLP/JSON writes IDs in hex, not in base64)"),
        ({"traceId": 7}, "traceId must be a string of hex digits, not an integer"),
        ({"kind": "SERVER"}, "kind must be a number or a name of SpanKind"),
        ({"kind": True}, "kind must be an integer, not a boolean"),
        ({"kind": 2**31}, "kind must be between -2147483648 and 2147483647"),
        ({"startTimeUnixNano": -1}, "startTimeUnixNano must be between 0 and 18446744073709551615"),
        ({"startTimeUnixNano": 1.5}, "startTimeUnixNano must be an integer, not a fraction"),
        ({"startTimeUnixNano": "1_0"}, "startTimeUnixNano must be an integer, not a string"),
        ({"startTimeUnixNano": "١٢"}, "startTimeUnixNano must be an integer, not a string"),
        ({"startTimeUnixNano": "9" * 41}, "startTimeUnixNano must be an integer, not a string"),
        ({"attributes": {}}, "attributes must be an array, not an object"),
        ({"attributes": [1]}, "attributes[0] must be an object, not an integer"),
        ({"attributes": [None]}, "attributes[0] must be an object, not null"),
        ({"events": [{}, {"timeUnixNano": {}}]}, "events[1].timeUnixNano must be an integer, not an object"),
        (attribute({"boolValue": "true"}), "attributes[0].value.boolValue must be true or false, not a string"),
        (attribute({"boolValue": 1}), "attributes[0].value.boolValue must be true or false, not an integer"),
        (attribute({"bytesValue": "$$"}), "attributes[0].value.bytesValue must be base64"),
        (attribute({"bytesValue": "a"}), "attributes[0].value.bytesValue must be base64"),
        (attribute({"doubleValue": "1e999"}), "attributes[0].value.doubleValue is larger than a double can hold"),
        (attribute({"doubleValue": 10**400}), "attributes[0].value.doubleValue is larger than a double can hold"),
        (attribute({"doubleValue": "x"}), "attributes[0].value.doubleValue must be a number, not a string"),
        (attribute({"doubleValue": False}), "attributes[0].value.doubleValue must be a number, not a boolean"),
        (
            attribute({"stringValue": "a", "intValue": 1}),
            "attributes[0].value.intValue is set beside string_value: only one of them may be",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_path(span: object, reason: str) -> None:
    assert reason_of(span) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the body is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"resourceSpans": [}', "the body is not JSON: Expecting value: line 1 column 20 (char 19)"),
        ("{} {}", "the body is not JSON: Extra data: line 1 column 4 (char 3)"),
        ("[]", "the body must be an object, not an array"),
        ("null", "the body must be an object, not null"),
        ("\ufeff{}", "the body starts with a byte order mark, which JSON must not have (RFC 8259, section 8.1)"),
        ('{"resourceSpans": [], "resourceSpans": []}', "the body has the key 'resourceSpans' twice"),
        ('{"resourceSpans": [{"resource": {"a": 1, "a": 2}}]}', "resourceSpans[0].resource has the key 'a' twice"),
        ("[" * 100_000, "the JSON is nested too deep"),
        ('{"a":' * 100_000, "the JSON is nested too deep"),
        ('{"resourceSpans": ' + "9" * 5000 + "}", "the JSON has a number of more digits than any field can hold"),
        ('{"resourceSpans": NaN}', "resourceSpans must be an array, not NaN"),
    ],
)
def test_text_that_is_no_export_is_named_by_its_position(text: str, reason: str) -> None:
    assert reason_of(None, text=text) == reason


@pytest.mark.parametrize("codec", ["utf-16", "utf-32", "latin-1"])
def test_json_in_another_encoding_is_refused(codec: str) -> None:
    with pytest.raises(Malformed, match="the body is not UTF-8 at byte"):
        read_json(ExportTraceServiceRequest, '{"é": 1}'.encode(codec))


def test_a_number_without_quotes_must_be_finite() -> None:
    body = (
        '{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"gauge": {"dataPoints": [{"asDouble": -Infinity}]}}]}]}]}'
    )
    with pytest.raises(Malformed, match="asDouble must be a number, not -Infinity"):
        read_json(ExportMetricsServiceRequest, body.encode())


def nested(levels: int) -> dict[str, object]:
    value: dict[str, object] = {"stringValue": "x"}
    for _ in range(levels):
        value = {"arrayValue": {"values": [value]}}
    return attribute(value)


def test_values_nest_as_deep_as_protobuf_can_hold_and_no_deeper() -> None:
    export = read_json(ExportTraceServiceRequest, json.dumps(wrapped(nested(40))).encode())
    assert ExportTraceServiceRequest.FromString(export.SerializeToString()) == export
    assert reason_of(nested(60)).endswith("is nested deeper than 100 messages")


def test_the_sender_of_a_bad_body_is_told() -> None:
    body: Any = wrapped({"name": 5})
    body["resourceSpans"][0]["resource"] = {
        "attributes": [{"key": "service.name", "value": {"stringValue": "billing"}}]
    }
    with pytest.raises(Malformed) as caught:
        read_json(ExportTraceServiceRequest, json.dumps(body).encode())
    assert caught.value.service == "billing"
