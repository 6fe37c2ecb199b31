"""`alerts` and what is below it: what is said where nothing runs, and the newest of what came to the inbox."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.model.alert import Delivery
from phoenix_dev.telemetry.series.alerts import AlertKeeper
from phoenix_dev.telemetry.series.schema import FILE_NAME
from phoenix_dev.telemetry.series.writer import SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Invoke


@pytest.mark.parametrize("words", [(), ("--watch",), ("test",), ("summary", "daily")])
def test_a_stack_that_does_not_run_says_what_starts_it(
    invoke: Invoke, keep: Callable[..., None], words: tuple[str, ...]
) -> None:
    keep()
    ran = invoke("alerts", *words)
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert ran.stderr == "error: the stack of project phoenix does not run\nhint: phoenix-dev up\n"


def test_the_inbox_shows_the_newest_and_says_how_many_it_leaves_out(
    invoke: Invoke, keep: Callable[..., None], home: Path
) -> None:
    keep()
    writer = SeriesWriter(home / "projects" / "phoenix" / FILE_NAME)
    for number in range(3):
        slack = Delivery(time.time_ns(), "slack", "firing", "info", ("A",), f"the {number}.", '{"text": ""}')
        AlertKeeper(writer).keep_delivery(slack)
    writer.keep({})
    writer.close()
    cut = invoke("alerts", "inbox", "--limit", "2")
    assert [line.split()[-1] for line in cut.stdout.splitlines()] == ["1.", "2."]
    assert cut.stderr == "older ones left out: 1; --limit 3 shows all\n"
    whole = invoke("alerts", "inbox", "--limit", "3")
    assert (len(whole.stdout.splitlines()), whole.stderr) == (3, "")


def test_what_may_be_chosen_is_told_on_one_line(invoke: Invoke) -> None:
    told = invoke("alerts", "summary").stderr
    assert told.startswith("error: missing argument '{daily|weekly}'. Choose from: daily, weekly\n")
