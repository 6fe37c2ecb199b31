"""What goes into blocks comes out of them, whatever it is."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.model.identifier import CORRELATION_KEYS, REQUEST_KEYS
from phoenix_dev.telemetry.blocks import log_batch, trace_batch
from phoenix_dev.telemetry.keys import identifier_key
from tests import otlp

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
keys = st.one_of(texts, st.sampled_from([*CORRELATION_KEYS, *REQUEST_KEYS, "service.name"]))
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        texts,
        st.binary(max_size=9),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
attributes = st.dictionaries(keys, values, max_size=5)
trace_ids = st.sampled_from([bytes([n]) * 16 for n in range(1, 4)])


@st.composite
def exports(draw: st.DrawFn) -> ExportTraceServiceRequest:
    export = ExportTraceServiceRequest()
    for _ in range(draw(st.integers(0, 3))):
        group = export.resource_spans.add(schema_url=draw(texts))
        group.resource.attributes.extend(otlp.pairs(draw(attributes)))
        for _ in range(draw(st.integers(0, 2))):
            scoped = group.scope_spans.add(schema_url=draw(texts))
            scoped.scope.name = draw(texts)
            for _ in range(draw(st.integers(0, 4))):
                span = otlp.span(draw(trace_ids).hex(), draw(texts), attributes=draw(attributes))
                scoped.spans.append(span)
    return export


@given(exports())
def test_every_span_is_in_the_block_of_its_trace_with_its_resource_and_scope(export: ExportTraceServiceRequest) -> None:
    def rows(data: Any, wanted: bytes | None = None) -> list[tuple[bytes, ...]]:
        return sorted(
            (
                group.resource.SerializeToString(),
                group.schema_url.encode(),
                scoped.scope.SerializeToString(),
                scoped.schema_url.encode(),
                span.SerializeToString(),
            )
            for group in data.resource_spans
            for scoped in group.scope_spans
            for span in scoped.spans
            if wanted is None or span.trace_id == wanted
        )

    batch = trace_batch(export)
    assert batch.accepted == len(rows(export)) == sum(block.items for block in batch.spans)
    for block in batch.spans:
        assert rows(TracesData.FromString(b"".join(block.parts))) == rows(export, block.trace_id)
    assert len({block.trace_id for block in batch.spans}) == len(batch.spans)
    assert len(batch.span_ids) == 8 * batch.accepted


@given(texts.filter(bool), st.sampled_from(CORRELATION_KEYS))
def test_an_id_is_found_under_each_of_its_keys(value: str, key: str) -> None:
    (block,) = trace_batch(otlp.traces("a", otlp.span("ab" * 16, attributes={"x": "y", key: value}))).spans
    assert block.identifiers == {("correlation", value)}
    (block,) = log_batch(otlp.logs("a", otlp.log("m", **{key: value}))).logs  # type: ignore[arg-type]
    assert block.identifiers == {("correlation", value)}


def test_keys_of_identifiers_differ_by_kind_and_fit_sqlite() -> None:
    seen = {identifier_key(kind, value) for kind in ("correlation", "request") for value in ("a", "b", "")}
    assert len(seen) == 6
    assert all(0 <= key < 2**63 for key in seen)


def test_an_identifier_that_is_not_a_string_is_taken_as_text() -> None:
    spans = [
        otlp.span("ab" * 16, attributes={"request_id": value})
        for value in (7, 12.5, True, ["from a header"], [], None, "")
    ]
    (block,) = trace_batch(otlp.traces("a", *spans)).spans
    assert block.identifiers == {("request", text) for text in ("7", "12.5", "true", "from a header")}
