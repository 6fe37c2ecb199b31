"""Log files and containers on the real stack: what the demo's services wrote, read by the collector, exactly what
requests caused; and what a container printed.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases.find_request import find_request
from tests.demo_files import send_and_follow, with_trace
from tests.live.logs.printing import Printing, removed_at_the_end
from tests.stack import running_stack
from tests.truth import IDS, expected, logs_of, spans_of
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack import RunningStack

PROJECT = f"live-log-files-{os.getpid()}"
DRAWN = 20
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def demo_folder(home: Path) -> Path:
    return home / "projects" / PROJECT / "demo"


def named(home: Path) -> dict[str, str]:
    """The settings, as variables."""
    return {
        "PHOENIX_DEV_LOGS_FILES": str(demo_folder(home) / "*.log"),
        "PHOENIX_DEV_LOGS_CONTAINERS": f"{PROJECT}-printing",
    }


@pytest.fixture(scope="module")
def stack(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    home = tmp_path_factory.mktemp("live-log-files")
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in named(home).items():
            patch.setenv(variable, value)
        with running_stack(home, "--without", "grafana", project=PROJECT, runtime="compose") as running:
            yield running


@pytest.fixture(scope="module")
def sent(stack: RunningStack) -> list[dict[str, Any]]:
    return send_and_follow(stack, 60)


def test_each_id_returns_exactly_what_the_request_caused(sent: list[dict[str, Any]], stack: RunningStack) -> None:
    for index, line in enumerate(random.Random(1).sample(sent, DRAWN)):
        id_name = IDS[index % len(IDS)]
        found = find_request(stack.stores, line[id_name])
        spans, logs = expected(line, id_name)
        assert spans_of(found) == spans, line
        assert logs_of(found) == logs, line


def test_all_that_was_written_is_kept_once(sent: list[dict[str, Any]], stack: RunningStack) -> None:
    logs: Counter[str] = Counter()
    for line in sent:
        for service, _, _, count in line["truth"]["logs"]:
            logs[service] += count
    assert Counter(record.service for record in with_trace(stack)) == logs


def test_other_forms_are_understood_and_rotation_loses_nothing(stack: RunningStack) -> None:
    from phoenix_dev.model.moment import rfc3339
    from tests.otlp import minutes_from_now

    now = rfc3339(minutes_from_now(0))
    rust = {
        "timestamp": now,
        "level": "WARN",
        "fields": {"message": "of a rust binary"},
        "target": "shop",
        "spans": [{"name": "request", "correlation_id": "c-rust", "trace_id": TRACE}],
    }
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 1'
    file = demo_folder(stack.home) / "shop.log"
    file.write_text(f"{json.dumps(rust)}\n{now} ERROR failed correlation_id=c-rust\n{trace}\n")

    def arrived() -> int:
        records = stack.stores.logs.search(LogFilter(), None).records
        return sum(record.correlation_id == "c-rust" for record in records)

    wait_until(lambda: arrived() == 2, 30, what="both records")
    found = stack.run("logs", "--json", "--correlation", "c-rust").json_lines()
    told = {log["message"]: (log["level"], log["service"], log["trace_id"]) for log in found}
    assert told["of a rust binary"] == ("WARN", "shop", TRACE)
    assert told[f"ERROR failed correlation_id=c-rust\n{trace}"][:2] == ("ERROR", "shop")
    file.rename(file.with_name("shop.log.1"))
    file.write_text(f"{now} INFO anew correlation_id=c-rust\n")
    wait_until(lambda: arrived() == 3, 30, what="the new file")


def test_a_container_is_read_once_though_its_reader_is_killed(
    stack: RunningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phoenix_dev.logfiles.reading import Reading

    for variable, value in named(stack.home).items():
        monkeypatch.setenv(variable, value)

    def kept() -> Counter[str]:
        records = stack.stores.logs.search(LogFilter(), None).records
        return Counter(record.message for record in records if record.correlation_id == "printed")

    with removed_at_the_end(f"{PROJECT}-printing") as name:
        printing = Printing(name, "printed", 300)
        printing.start()
        wait_until(kept)
        reading = Reading.read(stack.home / "projects" / stack.project)
        assert reading is not None
        os.kill(reading.pid, signal.SIGKILL)
        wait_until(lambda: not reading.goes_on)
        parts = {part["name"]: part for part in stack.run("status", "--json").json()["components"]}
        assert parts["containers"]["detail"] == "their reader does not run; phoenix-dev up starts it"
        assert parts["log-files"]["health"] == "healthy"
        stack.run("up", "--without", "grafana", "--runtime", "compose")
        wait_until(lambda: kept().total() >= printing.lines.total(), 60, what="the last line")
        assert kept() == printing.lines

    def found() -> set[tuple[str, str]]:
        findings = stack.run("doctor", "--json").json()["findings"]
        return {(finding["check"], finding["severity"]) for finding in findings}

    wait_until(lambda: found() >= {("log-files", "ok"), ("containers", "info")}, what="that the container is not there")
