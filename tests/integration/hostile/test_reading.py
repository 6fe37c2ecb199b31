"""Hostile text: whatever the strings of spans and logs hold, every command shows it escaped and changes nothing else on
the screen; `--json` gives it back as it was sent.

Two engines hold the same request in many guises, one with hostile texts in every string and one with harmless texts of
the same size: what a terminal shows of the one must be laid out as what it shows of the other.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

import pytest

from tests.integration.hostile.engines import Engine, filled, start
from tests.integration.hostile.guises import LONE, MEGABYTE, NAMES, OF_ALL, TEXTS, Case, as_sent, harmless
from tests.integration.terminal import COLUMNS, cells, obeyed
from tests.otlp import SECOND, new_span_id, new_trace_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.terminal import Screen

#: What an ID typed as an argument may hold: no NUL, which no argument can.
TYPED = ("title", "tab, line feed, form feed", "right to left")


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    begin = time.time_ns() - 60 * SECOND
    return [
        Case(number, name, new_trace_id(), new_span_id(), begin + number * SECOND) for number, name in enumerate(TEXTS)
    ]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory, cases: list[Case]) -> Iterator[list[Engine]]:
    """An engine that holds the hostile guise of every case, and one that holds the harmless guise."""
    guises = [(tmp_path_factory.mktemp(guise.__name__), guise) for guise in (as_sent, harmless)]
    with ThreadPoolExecutor(2) as both:
        running = list(both.map(lambda each: start(*each), guises))
        try:
            list(both.map(lambda engine: filled(engine, cases), running))
            yield running
        finally:
            for stopped in both.map(lambda engine: engine.piped("down"), running):
                assert stopped.code == 0, stopped.stderr


@pytest.fixture
def hostile(engines: list[Engine]) -> Engine:
    return engines[0]


@pytest.fixture
def twin(engines: list[Engine]) -> Engine:
    return engines[1]


def of_case(name: str, *words: str) -> Callable[[Engine, list[Case]], list[str]]:
    """A command in which `{field}` stands for a text of a case as the engine holds it."""

    def args(engine: Engine, cases: list[Case]) -> list[str]:
        case = cases[NAMES.index(name)]
        known = {"trace_id": case.trace_id, "root_id": case.root_id, "all": engine.guise(OF_ALL)}
        return [
            re.sub(r"\{(\w+)\}", lambda m: known.get(m[1]) or engine.guise(case.text(m[1])), word) for word in words
        ]

    return args


def by_pattern(engine: Engine, cases: list[Case]) -> list[str]:
    """`--grep` with the text itself."""
    return ["logs", "--grep", re.escape(engine.guise(cases[NAMES.index("title")].text("body")))]


READING: dict[str, Callable[[Engine, list[Case]], list[str]]] = {
    "trace last": of_case("wide", "trace", "last"),
    "trace last-error": of_case("wide", "trace", "last-error"),
    "trace of a trace ID": of_case("many marks", "trace", "{trace_id}"),
    "trace of a traceparent": of_case("markup", "trace", "00-{trace_id}-{root_id}-01"),
    "trace of a span ID": of_case("NUL", "trace", "--as", "span", "{root_id}"),
    "trace of a megabyte": of_case("megabyte", "trace", "{trace_id}"),
    "trace of a request ID": of_case("wide", "trace", "{all}"),
    "trace --expand": of_case("wide", "trace", "{all}", "--expand"),
    **{f"trace of a correlation ID: {name}": of_case(name, "trace", "{correlation}") for name in TYPED},
    "traces": of_case("wide", "traces", "--limit", "100"),
    "traces --attr": of_case("title", "traces", "--attr", "{key}={value}"),
    "traces --correlation": of_case("C1 controls", "traces", "--correlation", "{correlation}"),
    "traces --service --operation": of_case("link", "traces", "--service", "{service}", "--operation", "{name}"),
    "logs": of_case("wide", "logs"),
    "logs of all requests": of_case("wide", "logs", "--correlation"),
    "logs of a correlation ID": of_case("tab, line feed, form feed", "logs", "--correlation", "{correlation}"),
    "logs of a request ID": of_case("wide", "logs", "--request", "{all}"),
    "logs of a trace": of_case("megabyte", "logs", "--trace", "{trace_id}"),
    "logs --grep": by_pattern,
    "logs --service --level": of_case("reports", "logs", "--service", "{service}", "--level", "warn"),
    "services": of_case("wide", "services"),
    "status": of_case("wide", "status"),
}
a_command = pytest.mark.parametrize("command", READING)


@a_command
def test_a_terminal_shows_nothing_but_text_in_colours_laid_out_as_ever(
    command: str, hostile: Engine, twin: Engine, cases: list[Case]
) -> None:
    def run(engine: Engine) -> Screen:
        return engine.on_terminal(*READING[command](engine, cases))

    with ThreadPoolExecutor(2) as both:
        shown, expected = both.map(run, (hostile, twin))
    assert (shown.code, expected.code) == (0, 0), shown.written
    assert obeyed("".join(shown.lines)) == set()
    assert shown.is_coloured
    assert max(map(cells, shown.lines)) <= COLUMNS
    assert len(shown.lines) == len(expected.lines), compared(shown, expected)
    assert shapes(shown) == shapes(expected), compared(shown, expected)


def shapes(screen: Screen) -> list[bool]:
    """Which lines are empty: where the blocks of an output begin and end."""
    return [not line for line in screen.lines]


def compared(shown: Screen, expected: Screen) -> str:
    """Both screens, line by line."""
    return "\n".join(f"{one!r}\n{other!r}" for one, other in zip_longest(shown.lines, expected.lines))


@a_command
def test_a_pipe_gets_nothing_but_text_and_line_feeds_and_json_plain_ascii(
    command: str, hostile: Engine, cases: list[Case]
) -> None:
    args = READING[command](hostile, cases)
    with ThreadPoolExecutor(2) as both:
        ran, as_json = both.map(lambda more: hostile.piped(*args, *more), ([], ["--json"]))
    assert (ran.code, as_json.code) == (0, 0), ran.stderr + as_json.stderr
    assert ran.stdout
    assert obeyed((ran.stdout + ran.stderr).replace("\n", "")) == set()
    assert as_json.stdout.isascii()
    assert obeyed(as_json.stdout.replace("\n", "")) == set()
    assert as_json.json_lines() if command.startswith("logs") else as_json.json()


def kept(case: Case, field: str) -> str:
    """A text as it must come back: UTF-8 has no lone surrogates."""
    return case.text(field).replace(LONE, "\ufffd")


def test_json_gives_every_string_of_spans_back_as_it_was_sent(hostile: Engine, cases: list[Case]) -> None:
    found = {trace["trace_id"]: trace for trace in hostile.piped("trace", OF_ALL, "--json").json()["traces"]}
    assert len(found) == len(cases)
    for case in cases:
        text = partial(kept, case)
        _, child = found[case.trace_id]["spans"]
        said = {text("key"): text("value")}
        assert found[case.trace_id]["correlation_ids"] == [text("correlation")]
        assert child["name"] == text("name")
        assert child["service"] == text("service")
        assert child["status_message"] == text("status")
        assert child["scope"] == text("scope")
        assert child["resource"] == {"service.name": text("service"), text("resource key"): text("resource value")}
        assert child["attributes"].items() >= {**said, "correlation_id": text("correlation")}.items()
        assert child["attributes"]["deep"][text("key")] == [text("item"), {text("inner key"): text("inner value")}]
        assert [event["name"] for event in child["events"]] == [text("event"), "exception"]
        assert child["events"][0]["attributes"] == said
        assert child["events"][1]["attributes"]["exception.message"] == text("message")
        assert child["links"][0]["attributes"] == said


def test_json_gives_every_string_of_logs_back_as_it_was_sent(hostile: Engine, cases: list[Case]) -> None:
    found = hostile.piped("logs", "--json").json_lines()
    assert len(found) == 3 * len(cases)
    for case in cases:
        text = partial(kept, case)
        plain, structured, loose = found[3 * case.number : 3 * case.number + 3]
        assert plain["message"] == text("body")
        assert json.loads(structured["message"]) == {text("key"): text("key"), text("inner"): text("inner")}
        assert loose["message"] == text("loose")
        for record in (plain, structured, loose):
            assert record["service"] == text("service")
            assert record["correlation_id"] == text("correlation")
            assert record["request_id"] == OF_ALL
            assert record["scope"] == text("scope")
            assert record["attributes"][text("key")] == text("value")
            assert record["resource"][text("resource key")] == text("resource value")


def test_markup_and_emoji_codes_are_text(hostile: Engine, cases: list[Case]) -> None:
    for name, typed in (("markup", "[bold red]x[/]"), ("emoji codes", ":smile:")):
        case = cases[NAMES.index(name)]
        for args in (["trace", case.trace_id], ["logs", "--trace", case.trace_id], ["traces", "--limit", "100"]):
            assert typed in hostile.piped(*args).stdout
        assert typed in hostile.on_terminal("trace", case.trace_id).written


def test_a_line_of_a_megabyte_is_cut_with_a_mark_on_a_terminal_and_whole_elsewhere(
    hostile: Engine, cases: list[Case]
) -> None:
    case = cases[NAMES.index("megabyte")]
    for args in (["trace", case.trace_id], ["logs", "--trace", case.trace_id]):
        screen = hostile.on_terminal(*args)
        assert "m…" in screen.written
        assert len(screen.written) < 20_000
        assert MEGABYTE in hostile.piped(*args).stdout
        assert MEGABYTE in hostile.piped(*args, "--json").stdout


def test_the_shell_is_offered_no_hostile_word(hostile: Engine) -> None:
    asked = {
        "_PHOENIX_DEV_COMPLETE": "bash_complete",
        "COMP_WORDS": "phoenix-dev logs --service ",
        "COMP_CWORD": "3",
    }
    program = "from phoenix_dev.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | hostile.env | asked, capture_output=True, check=True
    )
    assert ran.stdout.decode().splitlines() == ["plain,plain-service"]
    assert ran.stderr == b""
