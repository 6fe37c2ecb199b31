"""`--json` of every command: one document on stdout, or a line for each thing that streams, written by one rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from phoenix_dev.cli.root import root
from phoenix_dev.render.metrics import GROUPS
from phoenix_dev.runtime.record import StackRecord
from phoenix_dev.signals.figures import OF_ALL, OF_ONE, WORK
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.watching.settings import WatchSettings
from tests import otlp
from tests.json_rules import broken
from tests.unit.watching.conftest import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Invoke

#: A command that reads, and how it is asked.
READS = {
    "alerts": ("alerts",),
    "alerts inbox": ("alerts", "inbox"),
    "anomalies": ("anomalies",),
    "chaos": ("chaos", "--list"),
    "config": ("config",),
    "demo fault": ("demo", "fault"),
    "doctor": ("doctor",),
    "health": ("health",),
    "logs": ("logs",),
    "metrics": ("metrics",),
    "metrics query": ("metrics", "query", "traces_span_metrics_calls_total", "--since", "5m"),
    "services": ("services",),
    "slo": ("slo",),
    "status": ("status",),
    "trace": ("trace", "last"),
    "traces": ("traces",),
}
#: Others start or send something first, or ask what runs: they are held to the rules wherever a test reads what they
#: print (tests/running.py).
DRIVES = {"up", "env", "request", "load", "verify", "demo status", "demo traffic", "alerts test", "alerts summary"}
STREAMS = {"logs"}
#: Where there is nothing, these end with an error: a sentence, and no document.
ERRORS = {"alerts": 3, "health": 3, "trace": 1}
#: These have a document, and an exit status that tells the same: a stack that is stopped, a service that is ill.
TELLING = {"health": 4, "status": 3}


def commands(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{above}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")


def test_every_command_with_json_is_held_to_it() -> None:
    given = {name for name, one in commands(root) if any(option.name == "as_json" for option in one.params)}
    assert given == READS.keys() | DRIVES


@pytest.fixture
def received(home: Path) -> None:
    """What a service sent in the last seconds: requests in vain, of which an alert fires and was told."""
    Path("phoenix-dev.yaml").write_text("services: [{name: api, url: 'http://127.0.0.1:9'}]")
    folder = home / "projects" / "phoenix"
    folder.mkdir(parents=True)
    watched = Watched(folder, settings=WatchSettings(tuning=Tuning(time_scale=60)))
    for _ in range(6):
        trace_id, now = otlp.new_trace_id(), watched.now_ms * 10**6
        spans = [otlp.span(trace_id, "GET /", kind=2, start=now, error="no", attributes={"since": 1}) for _ in range(5)]
        watched.keep(
            otlp.traces("api", *spans),
            otlp.logs("api", otlp.log("refused", time=now - 60 * 10**9, trace_id=trace_id, duration=1.5)),
        )
        watched.evaluate(1_000)
    watched.close()
    StackRecord("embedded", "phoenix", "development").write(folder)


def documents(name: str, stdout: str) -> list[Any]:
    return [json.loads(line) for line in stdout.splitlines()] if name in STREAMS else [json.loads(stdout)]


def test_of_something_it_is_one_document_of_the_same_rules(invoke: Invoke, received: None) -> None:
    for name, words in READS.items():
        ran = invoke(*words, "--json")
        assert ran.exit_code == TELLING.get(name, 0), f"{name}: {ran.stderr}"
        told = documents(name, ran.stdout)
        assert told, name
        assert not [one for document in told for one in broken(document)], name
    (inbox,) = documents("alerts inbox", invoke("alerts", "inbox", "--json").stdout)
    assert [one["alerts"] for one in inbox["messages"]] == [["ServiceErrorRate"]]
    assert inbox["truncated"] is False


def test_of_nothing_it_is_one_too_or_an_error_and_no_document(invoke: Invoke, keep: Callable[..., None]) -> None:
    keep()
    keys = metrics_keys(invoke)
    assert {one.key for one in (*OF_ALL, *OF_ONE, WORK)} == set(GROUPS) <= keys
    for name, words in READS.items():
        ran = invoke(*words, "--json")
        if name in ERRORS:
            assert (ran.exit_code, ran.stdout) == (ERRORS[name], ""), name
            assert ran.stderr.startswith("error: "), name
        else:
            assert ran.exit_code == TELLING.get(name, 0), f"{name}: {ran.stderr}"
            assert not [one for document in documents(name, ran.stdout) for one in broken(document)], name


def metrics_keys(invoke: Invoke) -> set[str]:
    (told,) = documents("metrics", invoke("metrics", "--json").stdout)
    return set(told)


@pytest.mark.parametrize(
    "document",
    [
        {"since": "2026-07-11T12:00:00Z"},
        {"traces": [{"start": 1.5}]},
        {"times": ["2026-07-11T12:00:00.000000000Z", "now"]},
        {"latency_ms": {"p50": "5 ms"}},
        {"duration": 3},
        {"stages": {"firing": {"after_s": 1.0}}},
        {"trace_id": "ABCDEF0123456789ABCDEF0123456789"},
    ],
)
def test_what_breaks_the_rules_is_found(document: Any) -> None:
    assert len(broken(document)) == 1
