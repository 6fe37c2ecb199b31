"""The waterfall as it stands on a terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from phoenix_dev.model.span import SpanEvent, SpanLink
from phoenix_dev.render.waterfall import render_request
from phoenix_dev.render.waterfall.request import DECIDED_NS
from tests.unit.render import samples
from tests.unit.render.golden import assert_golden
from tests.unit.render.samples import T0, log, ms, request, span, trace

if TYPE_CHECKING:
    from phoenix_dev.model.request import Request

SAMPLES = ("healthy", "failing", "skewed", "orphaned", "logs_only", "lost_context", "many")


def shown(found: Request, width: int = 80, **options: Any) -> list[str]:
    options = {"colour": False, "now_ns": T0 + 12 * 10**9} | options
    return [line.plain for line in render_request(found, width=width, **options)]


def sample(name: str) -> Request:
    found: Request = getattr(samples, name)()
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_screen_of_80_columns(name: str) -> None:
    assert_golden(f"{name}.txt", "\n".join(shown(sample(name))) + "\n")


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("expand", [False, True])
def test_no_line_but_a_command_to_copy_is_wider_than_the_terminal(name: str, width: int, expand: bool) -> None:
    lines = shown(sample(name), width, expand=expand)
    assert [line for line in lines if cell_len(line) > width and "phoenix-dev " not in line] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_colour_changes_no_character(name: str) -> None:
    assert shown(sample(name), colour=True) == shown(sample(name), colour=False)


def test_a_screen_names_the_cause_at_its_top() -> None:
    top = shown(samples.failing())[:4]
    assert "✗ 5 errors" in top[0]
    assert top[3] == "✗ llm-service · POST /chat · TimeoutError: upstream took longer than 900 ms"


def test_the_same_message_is_said_once_where_it_began_and_everywhere_when_expanded() -> None:
    said = "upstream took longer than 900 ms"
    assert sum(said in line for line in shown(samples.failing())[5:]) == 1
    assert sum(said in line for line in shown(samples.failing(), expand=True)[5:]) == 2


def test_the_cause_leaves_out_the_module_of_an_exception() -> None:
    event = SpanEvent(T0, "exception", {"exception.type": "app.errors::Late", "exception.message": "too: late"})
    lines = shown(request(trace([span(1, 0, "a", "op", 0, 9, status="error", events=(event,))])))
    assert lines[3] == "✗ a · op · Late: too: late"
    assert any(line.endswith("✗ app.errors::Late: too: late") for line in lines)


def test_a_link_within_the_trace_names_what_it_points_to() -> None:
    link = SpanLink(samples.TRACE_ID, f"{1:016x}", {})
    lines = shown(request(trace([span(1, 0, "a", "op", 0, 9), span(2, 1, "b", "join", 1, 2, links=(link,))])))
    assert any(line.endswith("→ span 0000000000000001  a · op") for line in lines)


def test_an_error_without_a_message_still_says_so() -> None:
    lines = shown(request(trace([span(1, 0, "a", "op", 0, 9, status="error")])))
    assert any("✗ status error, without a message" in line for line in lines)


def test_an_exception_of_a_span_that_is_not_failed_is_shown() -> None:
    event = SpanEvent(T0 + ms(1), "exception", {"exception.type": "KeyError", "exception.message": "'user'"})
    assert any(
        "✗ KeyError: 'user'" in line for line in shown(request(trace([span(1, 0, "a", "op", 0, 9, events=(event,))])))
    )


def test_rust_names_the_place_of_an_error_without_a_stack_trace() -> None:
    for file_key, line_key in (("code.file.path", "code.line.number"), ("code.filepath", "code.lineno")):
        attributes: dict[str, Any] = {"exception.message": "no thing", file_key: "src/things.rs", line_key: 38}
        failed = span(1, 0, "a", "op", 0, 9, status="error", events=(SpanEvent(T0, "exception", attributes),))
        assert any(line.endswith("✗ no thing  things.rs:38") for line in shown(request(trace([failed]))))


def test_a_line_of_a_log_that_came_as_an_event_shows_its_level() -> None:
    event = SpanEvent(T0 + ms(1), "retry follows", {"level": "WARN", "target": "llm", "attempt": 2})
    lines = shown(request(trace([span(1, 0, "a", "op", 0, 9, events=(event,))])))
    assert any(line.endswith("• WARN  retry follows  attempt=2") for line in lines)


def test_a_log_without_a_message_shows_its_first_attribute_instead() -> None:
    failed = log(1, "a", "ERROR", "", 1, attributes={"error": "no thing 3", "number": 3})
    lines = shown(request(trace([span(1, 0, "a", "op", 0, 9)], [failed])))
    assert any(line.endswith('ERROR error="no thing 3"  number=3') for line in lines)


def test_logs_can_be_left_out() -> None:
    assert not any("request accepted" in line for line in shown(samples.healthy(), logs=False))


def test_a_thousand_spans_fit_a_few_screens_and_expanding_shows_each() -> None:
    many = samples.many(1000)
    lines = shown(many)
    assert len(lines) < 260
    assert any("deadlock detected" in line for line in lines)
    assert any("--expand" in line for line in lines)
    assert sum("SELECT" in line for line in shown(many, expand=True)[5:]) >= 999


def test_deep_traces_stay_within_the_terminal() -> None:
    deep = request(trace([span(n, n - 1, "ab"[n % 2], f"level {n}", n, 900 - n) for n in range(1, 301)]))
    lines = shown(deep, expand=True)
    assert any("…299 level 300" in line for line in lines)
    assert max(cell_len(line) for line in lines if "phoenix-dev " not in line) <= 80


def test_piped_texts_are_whole() -> None:
    message = "word " * 100 + "end"
    found = request(trace([span(1, 0, "a", "op", 0, 9)], [log(1, "a", "INFO", message, 1)]))
    assert any(line.endswith(message) for line in shown(found, clip=False))
    assert not any(message in line for line in shown(found))


def test_what_is_left_out_is_counted() -> None:
    logs = [log(n / 10, "a", "INFO", f"step {n}", 1) for n in range(50)] + [log(9, "a", "ERROR", "the end", 1)]
    lines = shown(request(trace([span(1, 0, "a", "op", 0, 9)], logs)))
    assert any("ERROR the end" in line for line in lines)
    assert any("… 31 more logs and events: --expand" in line for line in lines)
    assert any("next  phoenix-dev trace" in line and line.endswith("--expand") for line in lines)


def test_a_typed_id_that_a_shell_would_obey_is_not_put_into_a_command() -> None:
    found = replace(samples.many(), id="$(reboot)", kind="correlation")
    assert not any("reboot" in line for line in shown(found) if "phoenix-dev" in line)


def test_an_empty_trace_and_an_id_that_only_loose_logs_bear_are_no_trouble() -> None:
    assert shown(request(trace([])))
    loose = request(logs=[log(1, "a", "INFO", "alone", trace_id="")], typed="abc", kind="correlation")
    assert any("alone" in line for line in shown(loose))
    assert any("No span of it is here, only 1 log: not sampled, or not yet arrived." in line for line in shown(loose))


def test_where_traces_are_sampled_a_trace_without_spans_was_not_or_is_not_decided_upon_yet() -> None:
    found = replace(samples.logs_only(), sampled=True)
    written = found.all_logs[-1].time_ns
    assert any("not sampled, or not yet decided upon" in line for line in shown(found, now_ns=written + DECIDED_NS))
    assert any(
        "2 logs: not sampled. The profile" in line for line in shown(found, 200, now_ns=written + DECIDED_NS + 1)
    )
