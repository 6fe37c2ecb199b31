"""`load` and `verify` on the real stack: at the same time, since most of it is waiting for what is counted."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.home import project_folder
from phoenix_dev.usecases.demo import start_demo, stop_demo
from tests.live.reading import told_of
from tests.running import CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phoenix_dev.demo.state import DemoSystem
    from tests.live.compose.by_hand import ByHand


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit status."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class OnTheStack:
    """Commands about the stack, with the demo that sends to it."""

    demo: DemoSystem
    env: Mapping[str, str]

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        return CommandLine().start(*args, env=self.env)


@pytest.fixture(scope="module")
def on_the_stack(stack: ByHand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnTheStack]:
    home = tmp_path_factory.mktemp("proof")
    env = told_of(stack, home)
    folder = project_folder(home, stack.project)
    yield OnTheStack(start_demo(folder, stack.url("OTLP_HTTP")).system, env)
    stop_demo(folder)


@pytest.fixture(scope="module")
def done(on_the_stack: OnTheStack) -> dict[str, Done]:
    """Each command once it has ended; they ran beside each other."""
    gateway, router = (on_the_stack.demo.url_of(name) for name in ("api-gateway", "data-router"))
    commands = {
        "load": ("load", "--rate", "20", "--duration", "6s", "--seed", "1", "--json",
                 "--fault", "llm-errors", "--fault", "slow-llm", "--fault-every", "5"),
        "among others": ("load", "POST", f"{router}/v1/route", "-d", "{}", "--rate", "3", "--duration", "4s"),
        "interrupted": ("load", f"{gateway}/nothing", "--rate", "20", "--duration", "60s", "--arrivals", "constant"),
        "verify": ("verify", "--json"),
    }  # fmt: skip
    with ExitStack() as at_the_end:
        running = {name: on_the_stack.start(*command) for name, command in commands.items()}
        for one in running.values():
            at_the_end.callback(one.kill)
        at_the_end.enter_context(_others_ask(f"{router}/v1/route"))
        _interrupt(running["interrupted"])
        ended = {name: one.communicate(timeout=90) for name, one in running.items()}
    return {name: Done(running[name].returncode, out.decode(), err.decode()) for name, (out, err) in ended.items()}


@contextmanager
def _others_ask(url: str) -> Iterator[None]:
    """Somebody else sends to a URL, all the time."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.1):
            urllib.request.urlopen(url, b"{}", timeout=30).close()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()


def _interrupt(load: subprocess.Popen[bytes]) -> None:
    """As soon as it says what it will send."""
    assert load.stderr is not None
    assert b"20 requests/s for 60 s, constant arrivals" in load.stderr.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        load.wait(1)
    load.send_signal(signal.SIGINT)


def test_what_the_metrics_counted_is_what_was_sent(done: dict[str, Done]) -> None:
    ran = done["load"]
    told = ran.told
    # A machine that is too busy to keep the rate is told as well; all else has to be so on any.
    assert ran.code == (0 if told["rate_kept"] else 4), ran.err
    assert 80 < told["sent"] == told["answered"] == told["plan"]["requests"] < 160
    assert told["entry"] == {"service": "api-gateway", "operation": "POST /api/process"}
    assert 0 < told["errors"] == told["statuses"]["503"] < told["sent"] / 5
    assert [one["met"] for one in told["comparisons"]] == [True] * 4
    assert told["comparisons"][0]["found"] == f"{told['sent']} of api-gateway POST /api/process"
    assert told["latency_ms"]["p95"] >= told["answer_ms"]["p95"] > 0


def test_what_others_sent_to_the_same_service_is_told_as_a_difference(done: dict[str, Done]) -> None:
    ran = done["among others"]
    assert ran.code == 4
    assert "requests counted" in ran.err
    assert "of data-router POST /v1/route" in ran.err
    assert "✗ " in ran.out


def test_an_interrupted_load_shows_what_was_done_so_far(done: dict[str, Done]) -> None:
    ran = done["interrupted"]
    assert ran.code == 130
    sent, rest = ran.out.split(" of 1,200 requests sent", 1)
    assert 1 <= int(sent) < 1_200
    assert "then interrupted" in rest
    assert "answered 404" in rest
    assert "Traceback" not in ran.err


def test_one_request_goes_through_every_pipe_and_every_way_leads_on(done: dict[str, Done]) -> None:
    ran = done["verify"]
    assert ran.code == 0, ran.err
    assert ran.told["proven"]
    hops = {hop["name"]: hop for hop in ran.told["hops"]}
    assert [name for name, hop in hops.items() if hop["state"] != "proven"] == []
    assert {"otlp_grpc_span", "trace", "log", "metric", "span_metrics", "span_exemplar", "page", "inbox"} <= set(hops)
    assert all(0 < hop["duration_ms"] < 30_000 for hop in hops.values())


@pytest.mark.long
def test_twenty_requests_a_second_for_a_minute(on_the_stack: OnTheStack) -> None:
    load = on_the_stack.start("load", "--rate", "20", "--duration", "60s", "--json")
    out, err = load.communicate(timeout=180)
    told = json.loads(out)
    print(f"\n{told['sent']:,} requests, rate kept: {told['rate_kept']}", *told["comparisons"], sep="\n")
    assert load.returncode == (0 if told["rate_kept"] else 4), err
    assert told["sent"] > 1000
    assert [one["met"] for one in told["comparisons"]] == [True] * 4
