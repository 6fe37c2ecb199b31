"""What is typed is as hostile as what is sent: it is told escaped, in a sentence."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.integration.terminal import obeyed

if TYPE_CHECKING:
    from tests.integration.hostile.engines import Engine

NOT_UTF_8 = os.fsdecode(b"\xff\x9b2J")
TYPED_TEXT = f"typed \x1b[2J\x1b]0;owned\x07 \u202e[bold red]x[/]\u2028 {NOT_UTF_8} end"
MISTYPED = (
    ("trace", "{}"),
    ("trace", "--as", "trace", "{}"),
    ("trace", "--as", "request", "{}"),
    ("trace", "--as", "{}", "last"),
    ("trace", "last", "{}"),
    ("logs", "--correlation", "{}"),
    ("logs", "--trace", "{}", "--json"),
    ("logs", "--level", "{}"),
    ("logs", "--since", "{}"),
    ("logs", "--grep", "({}"),
    ("traces", "--attr", "{}"),
    ("traces", "--min-duration", "{}"),
    ("--project", "{}", "status"),
    ("{}",),
    ("logs", "--{}"),
)


@pytest.mark.parametrize("words", MISTYPED, ids=" ".join)
def test_what_was_mistyped_is_told_escaped_in_a_sentence(words: tuple[str, ...], engine: Engine) -> None:
    ran = engine.piped(*(word.replace("{}", TYPED_TEXT) for word in words))
    assert ran.code in (1, 2)
    assert ran.stdout == ""
    assert re.fullmatch(r"error: .*typed .*\n(hint: .*\n)?", ran.stderr)
    assert obeyed(ran.stderr.replace("\n", "")) == set()


def test_on_a_terminal_it_is_told_escaped_too(engine: Engine) -> None:
    for words in (("trace", TYPED_TEXT), ("logs", "--level", TYPED_TEXT)):
        screen = engine.on_terminal(*words)
        assert screen.code in (1, 2)
        assert obeyed("".join(screen.lines)) == set()
        assert len(screen.lines) <= 2


@pytest.mark.parametrize("option", ["--service", "--operation", "--correlation"])
def test_a_name_that_no_telemetry_can_bear_is_not_found(option: str, engine: Engine) -> None:
    ran = engine.piped("traces", option, NOT_UTF_8)
    assert (ran.code, ran.stdout) == (0, "")
    assert "no trace matches" in ran.stderr
