"""What a bar knows of its span: its logs, and whether something went wrong."""

from __future__ import annotations

from phoenix_dev.model.span import SpanEvent
from phoenix_dev.model.timeline import timeline_of
from tests.unit.render.samples import T0, log, span, trace


def test_logs_stand_with_their_span_and_those_of_unknown_spans_with_the_trace() -> None:
    timeline = timeline_of(
        trace([span(1, 0, "a", "root", 0, 9)], [log(1, "a", "INFO", "in", 1), log(2, "b", "INFO", "lost", 7)])
    )
    assert [record.message for record in timeline.bars[0].logs] == ["in"]
    assert [record.message for record in timeline.logs] == ["lost"]


def test_trouble_is_an_error_status_an_exception_or_an_error_log() -> None:
    exception = (SpanEvent(T0, "exception", {}),)
    spans = [
        span(1, 0, "a", "root", 0, 9),
        span(2, 1, "a", "status", 1, 1, status="error"),
        span(3, 1, "a", "exception", 2, 1, events=exception),
        span(4, 1, "a", "log", 3, 1),
        span(5, 1, "a", "fine", 4, 1),
    ]
    bars = timeline_of(trace(spans, [log(3, "a", "ERROR", "no", 4)])).bars
    assert [bar.troubled for bar in bars] == [False, True, True, True, False]
    assert bars[0].troubled_within
