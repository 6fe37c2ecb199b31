"""What is told of a system's logs, and what is not since their past explains it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.log_story import BASELINE, MINUTE, PLANTED, RECENT, SECOND, Story
from phoenix_dev.model.log import LogLine
from phoenix_dev.usecases.anomalies import find_anomalies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from phoenix_dev.model.anomaly import Anomaly, AnomalyReport

UNTIL = 1_767_323_045 * SECOND
SINCE = UNTIL - RECENT
BEGIN = SINCE - BASELINE
PLACES = [f"gate {name}" for name in ("north", "south", "east", "west")]


class Lines:
    """A store that has some lines."""

    def __init__(self, lines: Iterable[LogLine]) -> None:
        self._lines = list(lines)

    def lines(self, since_ns: int, until_ns: int, *_: object) -> Iterator[LogLine]:
        return (line for line in self._lines if since_ns <= line.time_ns <= until_ns)


def report(*lines: LogLine, baseline: int = BASELINE) -> AnomalyReport:
    return find_anomalies(Lines(lines), SINCE, UNTIL, baseline)  # type: ignore[arg-type]


def found(*lines: LogLine) -> list[tuple[str, str, str]]:
    return [(one.kind, one.service, one.template) for one in report(*lines).anomalies]


def traffic(
    seed: int = 1, rate: Callable[[float], float] = lambda _: 1, services: tuple[str, ...] = ("a", "b"), count: int = 40
) -> list[LogLine]:
    """What requests that come by chance make services write; `rate` by the part of the time, 1 for `count` a minute."""
    rng = random.Random(seed)
    lines = []
    for minute in range(75):
        for _ in range(round(count * rate(minute / 75) * rng.uniform(0.7, 1.3))):
            at = BEGIN + minute * MINUTE + rng.randrange(MINUTE)
            for service in services:
                lines += [LogLine(at, service, 9, f"{place} passed in {rng.randrange(99)} ms", "") for place in PLACES]
    return lines


def every(seconds: int, message: str, first: int = BEGIN, last: int = UNTIL, **fields: Any) -> list[LogLine]:
    line = LogLine(0, "a", 9, message, "")._replace(**fields)
    return [line._replace(time_ns=at) for at in range(first + SECOND, last, seconds * SECOND)]


def test_the_three_that_were_planted_come_first_among_twenty_thousand_lines() -> None:
    story = Story(20_000, UNTIL)
    told = find_anomalies(Lines(story.lines()), SINCE, UNTIL, BASELINE)  # type: ignore[arg-type]
    assert {(one.kind, one.template) for one in told.anomalies[:5]} >= PLANTED
    assert (told.services, told.recent_slots, told.baseline_ns, told.since_ns) == (6, 16, BEGIN, SINCE)


@pytest.mark.parametrize("seed", range(3))
def test_of_a_quiet_system_nothing_is_told(seed: int) -> None:
    assert found(*traffic(seed), *every(30, "alive")) == []


def test_bursts_that_came_before_are_no_surprise() -> None:
    assert found(*traffic(rate=lambda at: 5 if int(at * 25) % 5 == 0 else 0.05)) == []


def test_more_requests_are_told_once_a_service_not_once_a_template() -> None:
    told = found(*traffic(rate=lambda at: 8 if at >= 0.8 else 1, count=10))
    assert told == [("more", "a", ""), ("more", "b", "")]
    told = found(*traffic(rate=lambda at: 1 if at >= 0.8 else 12, count=5))
    assert told == [("fewer", "a", ""), ("fewer", "b", "")]


def test_what_does_not_go_along_with_its_service_is_told_by_itself() -> None:
    lines = traffic(rate=lambda at: 8 if at >= 0.8 else 1, count=10, services=("a",))
    jump = every(60, "cold start", BEGIN, SINCE) + every(1, "cold start", SINCE)
    assert ("more", "a", "cold start") in found(*lines, *jump)


def test_a_service_that_begins_is_told_once_and_its_errors_by_themselves() -> None:
    new = every(7, "warm", SINCE, service="new") + [line._replace(service="new") for line in traffic(count=1)]
    lines = [line for line in new if line.time_ns >= SINCE]
    told = found(*traffic(), *lines, LogLine(SINCE + 9, "new", 17, "no disk", ""))
    assert told == [("new", "new", "no disk"), ("new", "new", "")]


def test_a_service_that_falls_silent_is_told_once() -> None:
    gone = traffic(services=("gone",)) + every(10, "alive", service="gone")
    lines = [line for line in gone if line.time_ns < SINCE + 5 * MINUTE]
    assert found(*traffic(), *lines) == [("vanished", "gone", "")]


def test_a_heartbeat_that_stops_is_told_with_its_rhythm_though_it_still_came_in_the_window() -> None:
    (one,) = report(*traffic(), *every(60, "alive 7", last=UNTIL - 8 * MINUTE)).anomalies
    assert (one.kind, one.template, one.now) == ("vanished", "alive ‹*›", 7)
    assert one.period_ns == MINUTE
    assert UNTIL - one.last_ns == pytest.approx(9 * MINUTE, abs=MINUTE)
    assert one.example.message == "alive 7"


def test_a_beat_that_is_only_late_has_not_vanished() -> None:
    assert found(*traffic(), *every(60, "alive 7", last=UNTIL - 3 * MINUTE)) == []


def test_any_new_error_comes_before_any_other_line() -> None:
    errors = [LogLine(SINCE + 5, "a", 17, "disk is gone", ""), LogLine(SINCE + 6, "b", 21, "memory is gone", "")]
    warning = LogLine(SINCE + 7, "b", 13, "disk is slow", "")
    told = found(*traffic(), *every(1, "chatter", SINCE), warning, *errors)
    assert told[:2] == [("new", "a", "disk is gone"), ("new", "b", "memory is gone")]
    assert set(told[2:]) == {("new", "a", "chatter"), ("new", "b", "disk is slow")}


def test_an_error_that_comes_no_more_is_no_trouble() -> None:
    (one,) = report(*traffic(), *every(20, "disk is slow", last=SINCE, severity_number=17)).anomalies
    assert (one.kind, one.level) == ("vanished", "ERROR")
    assert one.score <= 40


def test_where_each_line_is_new_by_nature_none_is_told_for_that() -> None:
    rng = random.Random(1)
    words = ["".join(rng.choice("abcdefgh") for _ in range(7)) for _ in range(3000)]
    unique = [
        LogLine(BEGIN + rng.randrange(UNTIL - BEGIN), "chat", 9, " ".join(rng.sample(words, 5)), "") for _ in words
    ]
    assert found(*traffic(), *unique) == []


def test_the_example_is_the_newest_with_a_trace() -> None:
    new = [LogLine(SINCE + at, "a", 17, f"boom {at}", "ab" * 16 if at < 3 else "") for at in range(5)]
    (one,) = report(*traffic(), *new).anomalies
    assert (one.example.message, one.example.trace_id, one.last_ns) == ("boom 2", "ab" * 16, SINCE + 4)


def test_without_a_past_there_is_nothing_to_tell() -> None:
    told = report(*every(5, "alive", SINCE))
    assert (told.anomalies, told.baseline_ns) == ((), told.since_ns)
    assert report().anomalies == ()


def test_a_past_that_began_lately_is_taken_as_long_as_it_is() -> None:
    def of(told: AnomalyReport) -> Anomaly:
        (one,) = told.anomalies
        return one

    lines = [line for line in traffic() if line.time_ns >= SINCE - 10 * MINUTE]
    told = report(*lines, *every(2, "new", SINCE))
    assert told.since_ns - told.baseline_ns == pytest.approx(10 * MINUTE, abs=MINUTE)
    assert len(of(told).slots) < 16 + 16
    assert of(told).surprise < of(report(*traffic(), *every(2, "new", SINCE))).surprise
