"""Starting and stopping: six processes, these and no others."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest

from phoenix_dev.demo import lifecycle, state, system
from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.demo.faults import StandingFault
from phoenix_dev.demo.traffic import TrafficPlan, send
from phoenix_dev.errors import NotReady, PhoenixDevError
from phoenix_dev.scraping.targets import Target, read_targets, write_targets
from phoenix_dev.usecases.demo import first_request, list_demo, send_traffic, start_demo, stop_demo
from phoenix_dev.usecases.demo_faults import clear_faults, demo_status, set_fault
from tests.unit.demo.sink import Sink
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def own_sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


@pytest.fixture
def folder(home: Path, own_sink: Sink) -> Iterator[Path]:
    """A project's folder; the demo in it is stopped whatever happens, and while its receiver still answers."""
    home.mkdir()
    yield home
    system.stop(home)


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE}


def test_what_is_started_is_stopped_and_nothing_is_left(folder: Path, own_sink: Sink) -> None:
    """What a service says last, it says while it ends: that it arrives shows that the rest was sent before."""
    started = start_demo(folder, own_sink.endpoint)
    pids = {service.pid for service in started.system.services}
    assert started.fresh
    assert [service.name for service in started.system.services] == list(SERVICES)
    assert alive(pids) == pids
    written = json.loads((folder / "demo" / "state.json").read_text())
    assert len({service["url"] for service in written["services"]}) == 6
    assert written["otlp_endpoint"] == own_sink.endpoint
    again = start_demo(folder, own_sink.endpoint)
    assert (again.fresh, again.system) == (False, started.system)
    urls = {each.name: each.url for each in started.system.services}
    assert {target.service: target.url for target in read_targets(folder)} == urls
    assert stop_demo(folder) == SERVICES
    assert read_targets(folder) == ()
    assert not alive(pids)
    assert state.load(folder) is None
    assert {log.service for log in own_sink.got.logs if log.key[2] == "service stopped"} == set(SERVICES)


def test_stopping_nothing_is_fine(home: Path) -> None:
    assert stop_demo(home) == ()
    assert not home.exists()


def test_a_service_that_dies_under_traffic_is_named_and_a_damaged_demo_started_anew(
    folder: Path, own_sink: Sink
) -> None:
    first = start_demo(folder, own_sink.endpoint).system
    os.kill(first.services[-1].pid, signal.SIGKILL)
    with pytest.raises(NotReady, match="knowledge-base of the demo does not answer"):
        list(send(first, TrafficPlan(seed=1, count=2)))
    wait_until(lambda: not first.is_alive())
    with pytest.raises(NotReady):
        system.running(folder)
    second = start_demo(folder, own_sink.endpoint)
    assert second.fresh
    assert "not whole" in second.note
    assert not alive({service.pid for service in first.services})


def test_a_stack_that_moved_is_followed(folder: Path, own_sink: Sink) -> None:
    other = Sink()
    try:
        start_demo(folder, other.endpoint)
        moved = start_demo(folder, own_sink.endpoint)
        assert moved.fresh
        assert "sent elsewhere" in moved.note
        list(send(moved.system, TrafficPlan(seed=1)))
        assert own_sink.got.spans
    finally:
        other.close()


def test_a_process_that_only_has_the_number_of_ours_is_left_alone(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        ours = state.ServiceProcess("api-gateway", stranger.pid, "0123456789ab", "http://127.0.0.1:1", "log")
        (folder / "demo").mkdir()
        state.save(folder, state.DemoSystem("http://127.0.0.1:1", 0, 1, (ours,)))
        assert stop_demo(folder) == ()
        assert stranger.poll() is None
        stranger.communicate(b"\n")
    assert stranger.returncode == 0


def test_a_service_that_does_not_obey_is_killed(folder: Path, own_sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_END_DEADLINE", 0.5)
    running = start_demo(folder, own_sink.endpoint).system
    os.kill(running.services[0].pid, signal.SIGSTOP)
    assert stop_demo(folder) == SERVICES
    assert not alive({service.pid for service in running.services})


def test_a_service_that_cannot_start_is_named_with_its_log_and_none_is_left(folder: Path, own_sink: Sink) -> None:
    (folder / "demo" / "knowledge.db").mkdir(parents=True)
    with pytest.raises(NotReady, match="knowledge-base of the demo did not start") as raised:
        start_demo(folder, own_sink.endpoint)
    assert "knowledge-base.log" in raised.value.hint
    assert state.load(folder) is None


def test_a_start_that_was_killed_half_way_leaves_nothing_the_next_does_not_find(folder: Path, own_sink: Sink) -> None:
    whole = start_demo(folder, own_sink.endpoint).system
    state.save(folder, replace(whole, services=whole.services[:2]))
    # As it was written after the second of six; the other four are what a kill at that moment would not have started.
    for service in whole.services[2:]:
        os.kill(service.pid, signal.SIGKILL)
    assert start_demo(folder, own_sink.endpoint).fresh
    assert not alive({service.pid for service in whole.services[:2]})


def test_a_demo_that_was_killed_is_asked_until_the_stack_is_started_again(folder: Path) -> None:
    killed = state.ServiceProcess("api-gateway", 2**22 + 1, "0123456789ab", "http://127.0.0.1:1", "log")
    (folder / "demo").mkdir()
    state.save(folder, state.DemoSystem("http://127.0.0.1:1", 0, 1, (killed,)))
    write_targets(folder, "demo", [Target(killed.name, killed.url)])
    write_targets(folder, "services", [own := Target("own", "http://127.0.0.1:2")])
    list_demo(folder)
    assert read_targets(folder) == (own,)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"services": [1]}', '{"services": []}'])
def test_a_state_file_that_cannot_be_read_is_no_running_demo(folder: Path, content: str) -> None:
    (folder / "demo").mkdir()
    (folder / "demo" / "state.json").write_text(content)
    with pytest.raises(NotReady, match="not running") as raised:
        list(send_traffic(folder, TrafficPlan(seed=1)))
    assert raised.value.hint == "phoenix-dev demo start"


def test_what_the_shell_tells_other_sdks_does_not_silence_the_demo(
    folder: Path, own_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "OTEL_SDK_DISABLED": "true",
        "OTEL_TRACES_SAMPLER": "always_off",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    sent = first_request(folder, own_sink.endpoint, seed=4)
    found = own_sink.got.of_trace(sent.trace_id)
    assert found.counted == (sent.truth.spans, sent.truth.logs)
    assert {span.service for span in found.spans} == set(SERVICES), "the first request goes through all six"


def test_a_service_that_is_gone_comes_back_where_it_was_and_its_counts_go_on(folder: Path, own_sink: Sink) -> None:
    before = start_demo(folder, own_sink.endpoint).system
    healthy = TrafficPlan(seed=1, count=2)
    list(send_traffic(folder, healthy))
    counted = demo_status(folder).counts
    set_fault(folder, "gone", "llm-service")
    assert not start_demo(folder, own_sink.endpoint).fresh, "it is whole but for what is gone on purpose"
    assert demo_status(folder).away == {"llm-service"}
    assert demo_status(folder).counts == counted
    # Answers that no scenario explains are a failure, and who is gone is not waited for.
    with pytest.raises(PhoenixDevError, match=r"2 of 2 requests .* 2 × 503") as raised:
        list(send_traffic(folder, healthy))
    assert raised.value.hint == "phoenix-dev demo fault clear"
    assert clear_faults(folder) == (StandingFault("gone", "llm-service"),)
    assert {one.name: one.url for one in before.services} == {one.name: one.url for one in demo_status(folder).services}
    list(send_traffic(folder, healthy))
    assert demo_status(folder).counts["llm"]["requests"] == counted["llm"]["requests"] + 2
    assert len(stop_demo(folder)) == 6
