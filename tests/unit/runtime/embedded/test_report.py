from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady, UsageError
from phoenix_dev.runtime.embedded.report import Busy, Ended, Failed, Ready, Reporter, wait_for_report

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def pipe() -> Iterator[tuple[int, Reporter]]:
    reading, writing = os.pipe()
    yield reading, Reporter(writing)
    os.close(reading)


def soon() -> float:
    return time.monotonic() + 5


def test_what_the_engine_reports_is_what_the_command_hears(pipe: tuple[int, Reporter]) -> None:
    reading, reporter = pipe
    reporter.ready()
    reporter.busy()
    assert isinstance(wait_for_report(reading, soon()), Ready)


def test_an_engine_that_finds_another_says_so(pipe: tuple[int, Reporter]) -> None:
    reading, reporter = pipe
    reporter.busy()
    assert isinstance(wait_for_report(reading, soon()), Busy)


@pytest.mark.parametrize("error", [NotReady("port 1 is taken", hint="try 2"), UsageError("no\nsuch ✗")])
def test_an_error_arrives_whole(pipe: tuple[int, Reporter], error: NotReady | UsageError) -> None:
    reading, reporter = pipe
    reporter.failed(error)
    heard = wait_for_report(reading, soon())
    assert isinstance(heard, Failed)
    assert type(heard.error) is type(error)
    assert (heard.error.message, heard.error.hint) == (error.message, error.hint)


def test_an_engine_that_ends_without_a_word_is_noticed() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    assert isinstance(wait_for_report(reading, soon()), Ended)
    os.close(reading)


def test_waiting_ends_at_the_deadline(pipe: tuple[int, Reporter]) -> None:
    reading, reporter = pipe
    assert wait_for_report(reading, time.monotonic() + 0.05) is None
    reporter.ready()


def test_reporting_to_a_command_that_is_gone_harms_nobody() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    Reporter(writing).ready()
    Reporter(None).ready()
