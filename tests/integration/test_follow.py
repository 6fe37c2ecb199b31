"""`logs --follow` as a process: every acknowledged line once, soon, whatever becomes of the engine meanwhile."""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.following import (
    PATIENCE_S,
    Follower,
    down,
    export,
    kill_engine,
    post,
    started_following,
    until_the_end,
    up,
    was_acknowledged,
)
from tests.otlp import new_trace_id, span, traces
from tests.running import CommandLine
from tests.waiting import least, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


#: From the acknowledgement of a line until it is read from the pipe.
SOON_S = 0.2
SINGLE_LINES = 30
LINES = 500
LINES_A_BATCH = 10


@pytest.fixture
def follow(stack: dict[str, Any]) -> Iterator[Any]:
    """Starts followers and waits until each has shown what was there before it; ends them with the test."""
    started: list[Follower] = []

    def start(*args: str) -> Follower:
        started.append(Follower(*args))
        return started[-1]

    yield start
    for follower in started:
        follower.end()


def test_a_line_is_shown_within_a_fifth_of_a_second_of_its_acknowledgement(
    stack: dict[str, Any], follow: Any, record_property: Any
) -> None:
    """Asserted of the median, since a machine with other work to do delays single lines; each line has to come."""
    follower = follow("--json")
    started_following(stack, follower)

    def delay(number: int) -> float:
        export(stack, f"line {number}")
        acknowledged = time.monotonic()
        read, line = follower.next()
        assert json.loads(line)["message"] == f"line {number}"
        return float(read) - acknowledged

    median = least(lambda: statistics.median(map(delay, range(SINGLE_LINES))), SOON_S)
    record_property("median_ms", round(median * 1000))
    assert median <= SOON_S


def test_across_down_and_kill_9_each_acknowledged_line_is_shown_once(
    stack: dict[str, Any], follow: Any, run_cli: CommandLine, home: Any
) -> None:
    follower = follow("--json")
    started_following(stack, follower)
    done = threading.Event()
    sent: list[list[str]] = []  # acknowledged batches
    unsure: set[str] = set()  # lines of batches without an answer: they may have been kept or not

    def send() -> None:
        for first in range(0, LINES, LINES_A_BATCH):
            batch = [f"line {number:03}" for number in range(first, first + LINES_A_BATCH)]
            wait_until(partial(was_acknowledged, stack, batch, unsure), PATIENCE_S * 2, what="an answer")
            sent.append(batch)
            done.wait(0.02)

    sender = threading.Thread(target=send)
    sender.start()
    wait_until(lambda: len(sent) >= 10)
    down(run_cli)
    up(run_cli)
    wait_until(lambda: len(sent) >= 25)
    kill_engine(run_cli, str(home))
    up(run_cli)
    sender.join()
    wanted = [line for batch in sent for line in batch]
    assert len(wanted) == LINES
    shown: list[str] = []
    while not set(wanted) <= set(shown):
        shown += follower.messages(1)
    counts = {line: shown.count(line) for line in wanted}
    assert all(count == 1 for line, count in counts.items() if line not in unsure), counts
    for batch in sent:
        if not unsure & set(batch):
            places = [shown.index(line) for line in batch]
            assert places == list(range(places[0], places[0] + len(batch)))
    assert until_the_end(stack, follower) == []


def test_after_the_data_was_deleted_it_goes_on_with_what_is_new(
    stack: dict[str, Any], follow: Any, run_cli: CommandLine
) -> None:
    follower = follow("--json")
    started_following(stack, follower)
    down(run_cli, "--data", "--yes")
    wait_until(lambda: any("waiting for it" in line for line in follower.told), PATIENCE_S)
    follower.process.send_signal(signal.SIGSTOP)  # however late it looks again, what came before then is new to it
    up(run_cli)
    export(stack, "new one", "new two")
    follower.process.send_signal(signal.SIGCONT)
    assert follower.messages(2) == ["new one", "new two"]
    wait_until(lambda: follower.told[-1:] == ["following again"], PATIENCE_S)
    assert len(follower.told) == 2
    assert "does not exist" in follower.told[0]


def test_following_an_id_before_it_exists_shows_all_of_its_logs_once_it_does(
    stack: dict[str, Any], follow: Any
) -> None:
    everything = follow("--json")
    follower = follow("--json", "--correlation", "order-42")
    started_following(stack, everything)
    trace_id, other = new_trace_id(), new_trace_id()
    export(stack, "before anything bore the ID", trace_id=trace_id)
    export(stack, "foreign", trace_id=other)
    assert everything.messages(2) == ["before anything bore the ID", "foreign"]
    post(stack, traces("orchestrator", span(trace_id, start=time.time_ns(), attributes={"correlation_id": "order-42"})))
    assert follower.messages(1) == ["before anything bore the ID"]
    export(stack, "of its trace", trace_id=trace_id)
    export(stack, "without a trace", correlation_id="order-42")
    assert follower.messages(2) == ["of its trace", "without a trace"]
    post(stack, traces("worker", span(other, start=time.time_ns(), attributes={"correlation_id": "order-42"})))
    assert follower.messages(1) == ["foreign"]
    assert until_the_end(stack, follower, correlation_id="order-42") == []
    # It says at its first look that it waits, unless the ID had already come.
    assert len(follower.told) <= 1
    assert all(told.startswith("No span and no log bears the ID 'order-42'") for told in follower.told)


@pytest.mark.parametrize("args", [("--json",), (), ("--correlation", "order-42")], ids=" ".join)
def test_ctrl_c_ends_it_with_130_and_everything_written(
    args: tuple[str, ...], stack: dict[str, Any], follow: Any
) -> None:
    export(stack, *(f"line {number}" for number in range(50)), correlation_id="order-42")
    follower = follow(*args)
    shown = [follower.next()[1] for _ in range(50)]
    assert follower.end() == 130
    assert [line for line in shown if "line 49" in line] == shown[49:]
    assert follower.told == []


def test_a_reader_that_leaves_ends_it_quietly(stack: dict[str, Any]) -> None:
    export(stack, "one")
    command = [*CommandLine.argv, "logs", "--follow", "--json"]
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert reader.stdout is not None
    assert reader.stderr is not None
    try:
        assert json.loads(reader.stdout.readline())["message"] == "one"
        reader.stdout.close()
        export(stack, "two", "three")
        assert reader.wait(PATIENCE_S) == 141
        assert reader.stderr.read() == b""
    finally:
        reader.kill()
        reader.wait()
        reader.stderr.close()
