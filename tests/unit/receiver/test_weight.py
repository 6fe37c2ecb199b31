"""What an export takes in memory is known before it is decoded: junk is refused, telemetry never."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from phoenix_dev.receiver.decode import MOST_GROUPS, decode
from phoenix_dev.receiver.limits import MOST_BYTES, TooLarge
from phoenix_dev.receiver.signals import LOGS, METRICS, SIGNALS, TRACES
from phoenix_dev.receiver.weight import MOST_WEIGHT, RATIO, SLACK, most_weight, weight

from . import payloads
from .junk import ATTRIBUTE, ITEM, JUNK, JUNK_JSON, RESOURCE, SCOPE, empty, field, inside
from .test_faults import mutated

if TYPE_CHECKING:
    from phoenix_dev.receiver.signals import Signal

BY_NAME = {signal.name: signal for signal in SIGNALS}
MEBIBYTE = 1024 * 1024


def likely(signal: Signal, body: bytes) -> int | None:
    return most_weight(signal.request.DESCRIPTOR, "protobuf", body)


def exact(signal: Signal, body: bytes, encoding: str = "protobuf") -> int:
    return weight(signal.request.DESCRIPTOR, encoding, body)


@pytest.mark.parametrize("name", [name for name in JUNK if "twelve" not in name])
def test_what_would_grow_out_of_all_proportion_is_refused(name: str) -> None:
    signal = BY_NAME[name.partition(":")[0]]
    assert likely(signal, JUNK[name]) is None
    with pytest.raises(TooLarge, match="so many small parts that they would take more than"):
        exact(signal, JUNK[name])


@pytest.mark.parametrize("name", JUNK_JSON)
def test_so_it_is_in_json(name: str) -> None:
    assert most_weight(TRACES.request.DESCRIPTOR, "json", JUNK_JSON[name]) is None
    with pytest.raises(TooLarge, match="so many small parts"):
        exact(TRACES, JUNK_JSON[name], "json")


def repeated(export: bytes, size: int) -> bytes:
    """Exports in a row are one export."""
    return export * (size // len(export))


SPANS = payloads.traces(500).SerializeToString()
TELEMETRY = [
    pytest.param(TRACES, SPANS, id="spans"),
    pytest.param(LOGS, payloads.logs(500).SerializeToString(), id="logs"),
    pytest.param(METRICS, payloads.metrics().SerializeToString(), id="metrics"),
]


@pytest.mark.parametrize(("signal", "body"), TELEMETRY)
def test_an_export_of_the_usual_size_is_taken_at_sight(signal: Signal, body: bytes) -> None:
    assert likely(signal, body) is not None


@pytest.mark.parametrize(("signal", "body"), TELEMETRY)
def test_the_largest_of_telemetry_stays_far_below_the_limits(signal: Signal, body: bytes) -> None:
    large = repeated(body, 4 * MEBIBYTE)
    assert exact(signal, large) < RATIO / 2 * len(large)
    assert exact(signal, large) < MOST_WEIGHT / 4


def test_the_largest_of_json_stays_far_below_the_limits() -> None:
    body = payloads.otlp_json(payloads.traces(3000))
    assert exact(TRACES, body, "json") < RATIO / 1.5 * len(body)
    assert exact(TRACES, body, "json") < MOST_WEIGHT * len(body) / MOST_BYTES


def test_lists_of_the_shortest_values_are_taken() -> None:
    export = payloads.traces(1)
    values = export.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="mask").value.array_value.values
    for _ in range(300_000):
        values.add().bool_value = True
    assert exact(TRACES, export.SerializeToString()) > MEBIBYTE
    assert exact(TRACES, payloads.otlp_json(export), "json") > MEBIBYTE


def test_buckets_of_nothing_are_taken() -> None:
    export = METRICS.request()
    metrics = export.resource_metrics.add().scope_metrics.add().metrics  # type: ignore[union-attr]
    for _ in range(3000):
        point = metrics.add(name="sizes").exponential_histogram.data_points.add(count=9)
        point.positive.bucket_counts.extend([0] * 160)
        point.negative.bucket_counts.extend([0] * 160)
    body = export.SerializeToString()
    assert 320 * 3000 * 8 < exact(METRICS, body) < SLACK + RATIO * len(body)


def test_what_stands_in_a_text_has_no_weight() -> None:
    text = "b2:*JZj\\x12\\x0a\n" * 200_000
    export = payloads.logs(1)
    export.resource_logs[0].scope_logs[0].log_records[0].body.string_value = text
    assert exact(LOGS, export.SerializeToString()) < 2000


def test_what_stands_in_a_string_of_json_has_no_weight() -> None:
    text = json.dumps({"deep": [{}] * 5}) * 50_000
    export = payloads.logs(1)
    export.resource_logs[0].scope_logs[0].log_records[0].body.string_value = text + "\\"
    assert exact(LOGS, payloads.otlp_json(export), "json") < 5000


def test_strings_that_do_not_end_take_no_time() -> None:
    assert exact(TRACES, b'{"x":["' + b'\\"' * 2_000_000, "json") < MEBIBYTE


def test_groups_that_would_keep_the_store_busy_are_refused() -> None:
    group = field(RESOURCE, field(SCOPE, bytes([0x1A, 20]) + bytes(20)))
    assert decode(TRACES, "protobuf", group * MOST_GROUPS)
    with pytest.raises(TooLarge, match="more than 50000 groups"):
        decode(TRACES, "protobuf", group * (MOST_GROUPS + 1))
    with pytest.raises(TooLarge, match="more than 50000 groups"):
        decode(TRACES, "protobuf", field(RESOURCE, field(SCOPE, b"") * (MOST_GROUPS + 1)))


def test_obsolete_groups_are_weighed_as_they_stand_and_what_follows_them_too() -> None:
    group = b"\x0b" + field(0x0A, bytes(100)) * 1000 + b"\x10\x07\x0d1234\x0c"
    assert exact(TRACES, group * 20) == 0
    with pytest.raises(TooLarge):
        exact(TRACES, group + empty(b"\x4a\0", RESOURCE, SCOPE, ITEM))


@pytest.mark.parametrize("cut", [b"\x12\xff", b"\x12\x7f", b"\x0f", b"\x13\x12\xff\xff\xff\xff\xff\xff", b"\x80" * 99])
def test_what_is_malformed_is_weighed_up_to_there(cut: bytes) -> None:
    before = inside(field(ATTRIBUTE, b"") * 1000, SCOPE, ITEM)
    assert exact(TRACES, field(RESOURCE, before + cut)) > 50_000


def test_messages_without_end_in_each_other_are_left_to_the_decoder() -> None:
    assert exact(TRACES, inside(b"", *[RESOURCE, SCOPE, ITEM, ATTRIBUTE, 0x12, *[0x2A, 0x0A] * 5000])) < 20_000


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_the_first_look_never_says_too_little(case: tuple[Signal, bytes]) -> None:
    signal, body = case
    first = likely(signal, body)
    assert first is not None
    assert first * 2 >= exact(signal, body)
