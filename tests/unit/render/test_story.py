"""Logs as a story: a line a record, a lane a service."""

from __future__ import annotations

from dataclasses import replace

from phoenix_dev.render.story import Story
from tests.unit.render import samples
from tests.unit.render.golden import assert_golden
from tests.unit.render.samples import log


def test_a_request_as_a_story_on_a_terminal() -> None:
    records = samples.failing().all_logs
    story = Story(services=dict.fromkeys(record.service for record in records), clip=True)
    lines = [line.plain for record in records for line in story.lines(record)]
    assert_golden("story.txt", "\n".join(lines) + "\n")


def test_piped_each_record_stands_for_itself() -> None:
    story = Story(clip=False, gutter=False)
    (line,) = story.lines(log(131, "orchestrator", "INFO", "ready", 3, attributes={"steps": 3, "trace_id": "known"}))
    assert line.plain == "2026-10-05T04:05:06.131Z  INFO   orchestrator  ready  steps=3"


def test_a_record_without_a_message_shows_its_first_attribute_instead() -> None:
    story = Story(clip=False, gutter=False)
    (line,) = story.lines(log(131, "orchestrator", "ERROR", "", 3, attributes={"error": "no thing", "number": 3}))
    assert line.plain == '2026-10-05T04:05:06.131Z  ERROR  orchestrator  error="no thing"  number=3'


def test_a_new_day_is_told_once() -> None:
    story = Story(clip=True, gutter=False)
    days = [next(line.plain for line in story.lines(log(hours * 3_600_000, "a", "INFO", "m"))) for hours in (0, 1, 24)]
    assert days[0] == "── 2026-10-05 UTC ──"
    assert days[1].startswith("05:05:06.000Z")
    assert days[2] == "── 2026-10-06 UTC ──"


def test_each_service_has_its_lane() -> None:
    story = Story(services=["a", "b", "c"], clip=False)
    gutters = [
        next(iter(story.lines(log(1, service, "INFO", "m")))).plain.split("  ")[1].split()[0] for service in "abca"
    ]
    assert gutters == ["●││", "│●│", "││●", "●││"]


def test_more_services_than_lanes_share_the_last() -> None:
    story = Story(clip=False)
    lines = [next(iter(story.lines(log(1, f"service-{n:02}", "INFO", "m")))).plain for n in range(20)]
    assert all(line.count("●") == 1 for line in lines)
    assert len({line.index("●") for line in lines}) == 12


def test_of_several_requests_each_line_bears_its_id() -> None:
    story = Story(mixed=True, gutter=False)
    (line,) = story.lines(log(1, "a", "WARN", "slow"))
    assert "[abcdef-123456] slow" in line.plain


def test_an_exception_follows_its_record_indented() -> None:
    stack = "Traceback:\n" + "\n".join(f"  frame {n}" for n in range(40))
    record = replace(
        log(1, "a", "ERROR", "failed"),
        attributes={"exception.type": "KeyError", "exception.message": "'user'", "exception.stacktrace": stack},
    )
    whole = [line.plain for line in Story(clip=False).lines(record)]
    assert whole[1] == "    ✗ KeyError: 'user'"
    assert len(whole) == 2 + 41
    cut = [line.plain for line in Story(clip=True).lines(record)]
    assert "      … 11 more lines" in cut
    assert cut[-1].endswith("frame 39")


def test_a_record_without_a_level_keeps_its_columns() -> None:
    story = Story(clip=False, gutter=False)
    (line,) = story.lines(log(1, "a", "", "m"))
    assert line.plain == "2026-10-05T04:05:06.001Z  -      a             m"
