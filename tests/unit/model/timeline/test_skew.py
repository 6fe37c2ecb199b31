"""Clocks that differ from service to service."""

from __future__ import annotations

from phoenix_dev.model.timeline import timeline_of
from tests.unit.model.timeline.laid_out import laid_out, own
from tests.unit.render import samples
from tests.unit.render.samples import T0, ms, span


def test_a_called_service_whose_clock_is_ahead_is_centred_in_its_caller() -> None:
    timeline = timeline_of(samples.skewed().traces[0])
    skews = {bar.span.name + bar.span.service: bar.skew_ns for bar in timeline.bars}
    assert skews == {
        "GET /api-gateway": 0,
        "GET /usersapi-gateway": 0,
        "GET /usersusers": ms(-5000),
        "SELECT usersusers": ms(-5000),
    }
    assert timeline.duration_ns == ms(100)


def test_a_log_of_a_shifted_span_is_placed_with_it_and_keeps_its_time() -> None:
    bar = next(bar for bar in timeline_of(samples.skewed().traces[0]).bars if bar.logs)
    assert bar.placed_ns(bar.logs[0].time_ns) == ms(25)
    assert bar.logs[0].time_ns == T0 + ms(5025)


def test_a_clock_that_is_behind_is_corrected_too() -> None:
    timeline = laid_out(span(1, 0, "a", "call", 0, 100, "client"), span(2, 1, "b", "answer", -40, 60, "server"))
    assert timeline.bars[1].offset_ns == ms(20)
    assert timeline.start_ns == T0


def test_one_service_is_one_clock() -> None:
    timeline = laid_out(span(1, 0, "a", "call", 0, 100, "client"), span(2, 1, "a", "answer", 500, 60, "server"))
    assert timeline.bars[1].skew_ns == 0


def test_messages_are_not_corrected() -> None:
    timeline = laid_out(span(1, 0, "a", "send", 0, 10, "producer"), span(2, 1, "b", "receive", 900, 5, "consumer"))
    assert timeline.bars[1].skew_ns == 0
    assert own(timeline) == {"send": 10}


def test_a_server_that_works_on_after_its_caller_gave_up_is_not_called_skewed() -> None:
    caller = span(1, 0, "a", "call", 0, 100, "client", "error")
    assert laid_out(caller, span(2, 1, "b", "answer", 50, 90, "server")).bars[1].skew_ns == 0
    assert laid_out(caller, span(2, 1, "b", "answer", 2, 300, "server")).bars[1].skew_ns == 0


def test_a_server_that_closes_its_span_a_little_late_is_not_called_skewed() -> None:
    timeline = laid_out(span(1, 0, "a", "call", 0, 20, "client"), span(2, 1, "b", "answer", 2, 18.4, "server"))
    assert timeline.bars[1].skew_ns == 0
