"""What happened within a row: each thing once, and errors always."""

from __future__ import annotations

from phoenix_dev.model.log import LogRecord
from phoenix_dev.model.span import SpanEvent
from phoenix_dev.model.timeline import rows_of, timeline_of
from phoenix_dev.model.timeline.moments import moments_of
from tests.unit.render.samples import T0, log, ms, span, trace


def event(at: float, name: str, **attributes: str) -> SpanEvent:
    return SpanEvent(T0 + ms(at), name, attributes)


def shown(events: list[SpanEvent], records: list[LogRecord], *, logs: bool = True) -> list[str]:
    timeline = timeline_of(trace([span(1, 0, "a", "op", 0, 90, events=tuple(events))], records))
    (row,) = rows_of(timeline).rows
    moments, _left_out = moments_of(row, timeline, [], logs=logs, expand=False)
    return [
        f"log {moment.what.message}" if isinstance(moment.what, LogRecord) else f"event {moment.what.name}"
        for moment in moments
        if isinstance(moment.what, LogRecord | SpanEvent)
    ]


def test_a_line_that_was_sent_as_event_and_as_log_is_shown_once() -> None:
    events = [event(1, "asked"), event(9.999, "asked"), event(30, "retried")]
    records = [log(1.02, "a", "INFO", "asked", 1), log(10.001, "a", "INFO", "asked", 1)]
    assert shown(events, records) == ["log asked", "log asked", "event retried"]


def test_the_same_words_at_another_time_or_once_more_are_something_else() -> None:
    events = [event(1, "asked"), event(1.01, "asked"), event(60, "asked")]
    assert shown(events, [log(1.02, "a", "INFO", "asked", 1)]) == ["event asked", "log asked", "event asked"]


def test_without_logs_every_event_is_shown() -> None:
    assert shown([event(1, "asked")], [log(1, "a", "INFO", "asked", 1)], logs=False) == ["event asked"]


def test_an_event_of_level_error_is_among_what_is_shown() -> None:
    events = [event(n, f"step {n}", level="INFO") for n in range(40)] + [event(50, "lost", level="ERROR")]
    assert shown(events, [])[-1] == "event lost"
    assert len(shown(events, [])) == 20
