"""A protobuf body that the library refuses is told by the name of its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.receiver.decode import decode
from phoenix_dev.receiver.signals import LOGS, METRICS, SIGNALS, TRACES

from . import payloads

if TYPE_CHECKING:
    from phoenix_dev.receiver.signals import Signal

DEEP = "resource_spans[0].scope_spans[0].spans[0].attributes[2].value.array_value.values[1].kvlist_value.values[0].key"
BODIES = {"traces": payloads.traces(), "logs": payloads.logs(), "metrics": payloads.metrics()}


def refusal(signal: Signal, body: bytes) -> Malformed:
    with pytest.raises(Malformed) as caught:
        decode(signal, "protobuf", body)
    return caught.value


@pytest.mark.parametrize(
    ("signal", "text", "field"),
    [
        (TRACES, b"GET /orders/2", "resource_spans[0].scope_spans[0].spans[2].name"),
        (TRACES, b"orchestrator", "resource_spans[0].resource.attributes[0].value.string_value"),
        (TRACES, b"service.name", "resource_spans[0].resource.attributes[0].key"),
        (TRACES, b"deep", DEEP),
        (TRACES, b"exception.message", "resource_spans[0].scope_spans[0].spans[0].events[0].attributes[0].key"),
        (TRACES, b"a=b", "resource_spans[0].scope_spans[0].spans[0].links[0].trace_state"),
        (LOGS, b"order 42 failed", "resource_logs[0].scope_logs[0].log_records[0].body.string_value"),
        (METRICS, b"{request}", "resource_metrics[0].scope_metrics[0].metrics[1].unit"),
    ],
)
@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80"[:1]], ids=["0xff", "overlong", "cut"])
def test_bad_utf8_names_its_field(signal: Signal, text: bytes, field: str, bad: bytes) -> None:
    body = BODIES[signal.name].SerializeToString()
    broken = body.replace(text, text[: -len(bad)] + bad, 1)
    assert refusal(signal, broken).reason == f"{field} is not UTF-8"


def test_surrogates_in_utf8_name_their_field() -> None:
    body = payloads.traces().SerializeToString().replace(b"GET /orders/0", b"GET /orde\xed\xa0\x80/")
    assert refusal(TRACES, body).reason == "resource_spans[0].scope_spans[0].spans[0].name is not UTF-8"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x0a", "resource_spans[0] is cut short at byte 1"),
        (b"\x0a\x05\x12", "resource_spans[0] is cut short: it starts at byte 0 and claims to end at 7 of 3"),
        (b"\x80", "the body is cut short at byte 1"),
        (b"\xff" * 11, "the body has a number of more than ten bytes, at byte 0"),
        (b"\x00\x01", "the body has a field number that protobuf does not know, at byte 0"),
        (b"\x0e\x01", "resource_spans[0] has a wire type that protobuf does not know, at byte 0"),
        (b"\x0c", "resource_spans[0] has a wire type that protobuf does not know, at byte 0"),
        (b"\x7d\x01", "field 15 is cut short: it starts at byte 0 and claims to end at 5 of 2"),
        (b"\x7b\x08", "field 15 is cut short at byte 2"),
        (b"\x7b\x84\x01", "field 15 is a group that is not ended, at byte 0"),
        (b"\x7b" * 200, "field 15 is nested deeper than 100 messages"),
    ],
)
def test_a_broken_form_names_field_and_offset(body: bytes, reason: str) -> None:
    assert refusal(TRACES, body).reason == reason


def field(number: int, content: bytes) -> bytes:
    """A field of a length and so many bytes."""
    size, length = len(content), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *length, size]) + content


def inside(content: bytes, *numbers: int) -> bytes:
    """A field within fields, the outermost first."""
    for number in reversed(numbers):
        content = field(number, content)
    return content


def test_packed_numbers_that_do_not_divide_are_named() -> None:
    bounds = bytes(15)
    body = inside(bounds, 1, 2, 2, 9, 1, 7)
    named = "resource_metrics[0].scope_metrics[0].metrics[0].histogram.data_points[0].explicit_bounds"
    assert refusal(METRICS, body).reason == f"{named} is not a whole number of 8-byte values, at byte 12"


def test_packed_numbers_that_are_cut_are_named() -> None:
    body = inside(b"\x01\x80", 1, 2, 2, 10, 1, 8, 2)
    named = (
        "resource_metrics[0].scope_metrics[0].metrics[0].exponential_histogram.data_points[0].positive.bucket_counts"
    )
    assert refusal(METRICS, body).reason == f"{named} is cut short at byte 16"


def test_values_nested_too_deep_are_named() -> None:
    body = inside(b"\x0a\x01x", 1, 2, 2, 9, 2, *[5, 1] * 60)
    reason = refusal(TRACES, body).reason
    assert reason.startswith("resource_spans[0].scope_spans[0].spans[0].attributes[0].value.array_value.values[0].")
    assert reason.endswith("is nested deeper than 100 messages")


def test_the_sender_is_the_resource_before_the_fault() -> None:
    one = payloads.traces(service="billing").SerializeToString()
    two = payloads.traces(service="shipping").SerializeToString()
    bad_one, bad_two = one.replace(b"orders", b"or\xffers"), two.replace(b"orders", b"or\xffers")
    assert refusal(TRACES, bad_one + two).service == "billing"
    assert refusal(TRACES, one + bad_two).service == "shipping"
    assert refusal(TRACES, b"\xff").service == ""


@settings(max_examples=700, deadline=None)
@given(signal=st.sampled_from(SIGNALS), body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_reason(signal: Signal, body: bytes) -> None:
    _read_or_refused(signal, body)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Signal, bytes]:
    signal = draw(st.sampled_from(SIGNALS))
    body = bytearray(BODIES[signal.name].SerializeToString())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body) - 1))
        change = draw(st.sampled_from(["set", "cut", "insert", "remove"]))
        if change == "set":
            body[at] = draw(st.integers(0, 255))
        elif change == "cut":
            body = body[: at + 1]
        elif change == "insert":
            body[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif len(body) > 1:
            del body[at]
    return signal, bytes(body)


@settings(max_examples=1000, deadline=None)
@given(mutated())
def test_mutated_exports_are_read_or_refused_by_the_name_of_a_fault(case: tuple[Signal, bytes]) -> None:
    signal, body = case
    reason = _read_or_refused(signal, body)
    assert "is not a valid" not in reason, "a refusal without a place"


def _read_or_refused(signal: Signal, body: bytes) -> str:
    try:
        signal.request.FromString(body)
    except DecodeError:
        return refusal(signal, body).reason
    assert decode(signal, "protobuf", body) is not None
    return ""
