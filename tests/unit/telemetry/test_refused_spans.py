"""What the writer says of spans that it cannot keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.writer import Writer
from tests import otlp

if TYPE_CHECKING:
    from pathlib import Path


def test_spans_without_valid_ids_are_refused_by_name_and_the_rest_is_kept(tmp_path: Path) -> None:
    trace_id = otlp.new_trace_id()
    good, bad = otlp.span(trace_id), otlp.span(trace_id, "no id")
    bad.span_id = bytes(8)
    export = otlp.traces("a", good, bad)
    writer = Writer(tmp_path / "telemetry.db")
    answer = writer.submit(export, export.ByteSize()).result(timeout=10)
    writer.close()
    assert (answer.accepted, answer.rejected) == (1, 1)
    assert "'no id'" in answer.reason
    assert len(open_stores(tmp_path / "telemetry.db").traces.spans([trace_id])[trace_id]) == 1
