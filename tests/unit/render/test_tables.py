"""Lists of traces and services."""

from __future__ import annotations

import pytest

from phoenix_dev.model.service import ServiceActivity
from phoenix_dev.model.span import TraceSummary
from phoenix_dev.render.tables import service_lines, trace_lines
from tests.unit.render.samples import T0, TRACE_ID

HOUR = 3_600_000_000_000
YEAR_2554 = 2**64 - 1  # the last nanosecond that OTLP can say


def starts(*times: int, now: int = T0) -> list[str]:
    """What stands in the column of starts."""
    summaries = [TraceSummary(TRACE_ID, ns, 5, "gateway", "op", 1, 1, False) for ns in times]
    header, *lines = (line.plain for line in trace_lines(summaries, width=80, now_ns=now))
    end = header.index("TIME") - 3
    assert {line[32] + line[end - 1] for line in lines} == {"  "}
    return [line[33:end].strip() for line in lines]


def test_of_today_the_time_is_told() -> None:
    assert starts(T0, T0 - HOUR) == ["04:05:06", "03:05:06"]


@pytest.mark.parametrize("hours", [24, -24])
def test_of_one_other_day_its_date_is_told_too(hours: int) -> None:
    assert starts(T0, now=T0 + hours * HOUR) == ["10-05 04:05"]


def test_of_several_days_each_is_told() -> None:
    assert starts(T0, T0 - 24 * HOUR) == ["10-05 04:05", "10-04 04:05"]


def test_of_another_year_the_year_is_told() -> None:
    assert starts(YEAR_2554) == ["2554-07-21 23:34"]
    assert starts(T0, YEAR_2554) == ["2026-10-05 04:05", "2554-07-21 23:34"]
    assert starts(T0, now=T0 + 365 * 24 * HOUR) == ["2026-10-05 04:05"]


def test_a_trace_is_a_line_of_80_columns_in_any_year() -> None:
    summary = TraceSummary(TRACE_ID, T0, 1_240_000_000, "api-gateway", "POST /api/process", 23, 6, True)
    today = [line.plain for line in trace_lines([summary], width=80, now_ns=T0)]
    assert today == [
        "TRACE                            START UTC    TIME   SPANS SVC ROOT",
        "4bf92f3577b34da6a3ce929d0e0e4736 04:05:06   1.24 s ✗    23   6 api-gateway POST…",
    ]
    assert all(len(line.plain) <= 80 for line in trace_lines([summary], width=80, now_ns=YEAR_2554))


def test_a_service_is_a_line_with_when_it_was_last_heard() -> None:
    services = [ServiceActivity("api-gateway", 1204, 3, 2300, 120, T0), ServiceActivity("llm", 0, 0, 7, 0, T0 - HOUR)]
    assert [line.plain for line in service_lines(services, width=80, now_ns=T0 + 3_000_000_000)] == [
        "SERVICE         SPANS    ERRORS      LOGS    POINTS  LAST",
        "api-gateway     1,204       ✗ 3     2,300       120  3 s ago",
        "llm                 0         0         7         0  60 min ago",
    ]
