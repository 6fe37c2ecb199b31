"""Who sent an export is the same for what is kept, for what is read and for what is refused."""

from __future__ import annotations

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.model.otlp import spans_of
from phoenix_dev.receiver.signals import TRACES
from phoenix_dev.telemetry.blocks import trace_batch

from . import payloads

NAME = ("service.name", "billing")


@pytest.mark.parametrize(
    ("attributes", "service"),
    [
        ([NAME], "billing"),
        ([("host.name", "h"), NAME], "billing"),
        ([("service.name", "first"), NAME], "billing"),
        ([("service.name", "")], "unknown"),
        ([("service.name", 7)], "unknown"),
        ([], "unknown"),
    ],
)
def test_each_part_calls_it_alike(attributes: list[tuple[str, object]], service: str) -> None:
    export = payloads.traces(1)
    resource = export.resource_spans[0].resource
    resource.ClearField("attributes")
    for key, value in attributes:
        value_of = resource.attributes.add(key=key).value
        if isinstance(value, int):
            value_of.int_value = value
        else:
            value_of.string_value = str(value)
    (span,) = spans_of(TracesData.FromString(export.SerializeToString()))
    assert [TRACES.sender(export), span.service, *trace_batch(export).tallies] == [service] * 3


def test_an_export_of_nothing_has_no_sender() -> None:
    assert TRACES.sender(TRACES.request()) == ""
