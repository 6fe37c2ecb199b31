"""What a store cannot is said by the command whose question it narrows, and by no other."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Invoke
    from tests.running import CommandLine

NARROWED = [
    (("traces", "--min-duration", "1s"), "A minimum duration is compared with single spans here"),
    (("traces", "--attr", "a.b=1"), "Attributes are compared as this store keeps them"),
    (("traces", "--since", "1900-01-01"), "Only traces of the last days or weeks are searched here"),
    (("logs", "--since", "1900-01-01"), "Only logs of the last days or weeks are searched here"),
    (("services",), "What arrived is counted some seconds later here"),
]


@pytest.mark.parametrize(("asked", "told"), NARROWED)
@pytest.mark.usefixtures("containers")
def test_it_is_said_on_stderr(run_cli: CommandLine, asked: tuple[str, ...], told: str) -> None:
    ran = run_cli(*asked)
    assert ran.code == 0, ran.stderr
    assert ran.stderr.count(told) == 1


@pytest.mark.parametrize(
    "asked", [("traces",), ("traces", "--error", "--since", "20d"), ("logs",), ("traces", "--correlation", "x")]
)
@pytest.mark.usefixtures("containers")
def test_nothing_is_said_of_what_was_not_asked(run_cli: CommandLine, asked: tuple[str, ...]) -> None:
    ran = run_cli(*asked)
    assert (ran.code, len(ran.stderr.splitlines())) == (0, 1)
    assert "here" not in ran.stderr


@pytest.mark.usefixtures("containers")
def test_of_a_tail_it_is_said_while_it_waits(run_cli: CommandLine) -> None:
    following = run_cli.start("logs", "--follow")
    with following:
        assert following.stderr is not None
        assert b"The tail shows records that arrive at most a minute after" in following.stderr.readline()
        following.send_signal(signal.SIGINT)
    assert following.returncode == 130


@pytest.mark.parametrize("asked", [asked for asked, _ in NARROWED])
def test_who_can_says_nothing(invoke: Invoke, keep: Callable[..., None], asked: tuple[str, ...]) -> None:
    keep(otlp.traces("a", otlp.span(otlp.new_trace_id(), attributes={"a.b": 1}, ms=2000)))
    assert "here" not in invoke(*asked).stderr
