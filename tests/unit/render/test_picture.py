"""The README's picture is what the product draws today.

It shows a request of the demo system (`demo traffic --seed 3 --fault slow-llm`), recorded as the OTLP that arrived.
`GOLDEN=write pytest tests/unit/render/test_picture.py` draws it anew.
"""

from __future__ import annotations

from pathlib import Path

from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.model.otlp import logs_of, spans_of
from phoenix_dev.model.request import Request
from phoenix_dev.model.span import Trace
from tests.unit.render.golden import assert_kept
from tools.picture import export_svg

RECORDED = Path(__file__).parent / "recorded"
PICTURE = Path(__file__).parents[3] / "docs" / "waterfall.svg"
COLUMNS = 100


def recorded_request() -> Request:
    spans = list(spans_of(TracesData.FromString((RECORDED / "slow-llm.traces.pb").read_bytes())))
    logs = list(logs_of(LogsData.FromString((RECORDED / "slow-llm.logs.pb").read_bytes())))
    spans.sort(key=lambda span: span.start_ns)
    logs.sort(key=lambda record: record.time_ns)
    trace = Trace(spans[0].trace_id, tuple(spans), tuple(logs))
    return Request("last", "trace", (trace,), ())


def test_the_picture_in_the_readme_is_what_is_drawn() -> None:
    assert_kept(PICTURE, export_svg(recorded_request(), title="phoenix-dev trace last", width=COLUMNS))


def test_the_picture_shows_the_cause() -> None:
    shown = PICTURE.read_text(encoding="utf-8")
    for text in ("model&#160;timed&#160;out&#160;after&#160;900&#160;ms", "llm-service", "critical&#160;path"):
        assert text in shown
