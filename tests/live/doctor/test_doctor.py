"""doctor on the real stack: well, and with things wrong that its users meet."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.live.compose.by_hand import free_ports
from tests.live.lifecycle.project import Project, docker
from tests.otlp import gauge, log, logs, metrics, new_trace_id, span, traces
from tests.unit.runtime.exports import send
from tests.waiting import least

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from google.protobuf.message import Message

SECOND = 10**9
HOUR = 3600 * SECOND
#: How often Prometheus asks each part here, in place of every 15 s; a queue is seen to grow after three looks.
EVERY_S = 2
LOOKS_S = 120
PROMETHEUS = "prom/prometheus:v3.16.0"

Found = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class OnOwnPorts(Project):
    """A project that names ports, so that nobody else's are in its way."""

    ports: Mapping[str, int] = field(default_factory=free_ports)

    @property
    def env(self) -> Mapping[str, str]:
        return {
            "PHOENIX_DEV_HOME": str(self.home),
            "PHOENIX_DEV_PROJECT": self.name,
            **{f"PHOENIX_DEV_PORTS_{name}": str(number) for name, number in self.ports.items()},
        }


@pytest.fixture(scope="module")
def project(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project that runs, all of it but Grafana."""
    own = OnOwnPorts(tmp_path_factory.mktemp("doctor"))
    try:
        own.up()
        yield own
    finally:
        own.clear()


def let_prometheus_hurry(project: Project) -> None:
    """Have it ask every part more often, until the next `up`."""
    file = project.home / "projects" / project.name / "stack" / "compose" / "prometheus" / "prometheus.yml"
    usual = file.read_text("utf-8")
    hurried = usual.replace("scrape_interval: 15s", f"scrape_interval: {EVERY_S}s")
    assert hurried != usual
    file.write_text(hurried, "utf-8")
    docker("kill", "--signal", "HUP", project.containers()["prometheus"])


def look(project: Project) -> Found:
    """The findings by check."""
    found: Found = {}
    for one in project("doctor", "--json").json()["findings"]:
        found.setdefault(one["check"], []).append(one)
    return found


def export(url: str, signal: str, message: Message) -> None:
    assert send(url, message.SerializeToString(), path=f"/v1/{signal}") == 200


@contextmanager
def sending(url: str) -> Iterator[None]:
    """Traces, one after the other, until the end of the block."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.2):
            export(url, "traces", traces("shop", span(new_trace_id(), start=time.time_ns())))

    sender = threading.Thread(target=go_on)
    sender.start()
    try:
        yield
    finally:
        over.set()
        sender.join()


def test_a_stack_that_is_well_has_only_ticks_within_two_seconds(project: Project) -> None:
    ran = project("doctor")

    def seconds() -> float:
        begun = time.monotonic()
        assert project("doctor").code == 0
        return time.monotonic() - begun

    assert ran.code == 0, ran.stdout
    *lines, summary = ran.stdout.splitlines()
    assert {line[0] for line in lines} == {"✓"}, ran.stdout
    told = {line.split()[1] for line in lines}
    assert {"docker", "compose", "images", "ports", "collector", "jaeger", "loki", "prometheus", "owners"} <= told
    assert summary.startswith("all is well")
    assert least(seconds, 2) <= 2


def test_what_is_wrong_is_named_with_its_reason_and_its_fix(project: Project) -> None:
    status: Any = project("status", "--json").json()
    url, now = status["endpoints"]["otlp_http"], time.time_ns()
    let_prometheus_hurry(project)
    export(url, "metrics", metrics("shop", gauge("stock", 1, time=now)))
    docker("stop", "--time", "1", project.containers()["jaeger"])
    volume = f"{project.name}_alerts:/v"
    docker("run", "--rm", "--user", "0", "--volume", volume, "--entrypoint", "/bin/chown", PROMETHEUS, "0:0", "/v")
    export(url, "logs", logs("attic", log("of long ago", time=now - 400 * 24 * HOUR)))
    export(url, "logs", logs("hasty", log("of tomorrow", time=now + 24 * HOUR)))
    export(url, "metrics", metrics("shop", gauge("stock", 1, time=now - 5 * HOUR)))
    with sending(url):
        found = told_in_time(project)
    (jaeger,), (owner,), (queue,) = found["jaeger"], found["owners"], found["queue"]
    assert (jaeger["severity"], jaeger["fix"]) == ("error", "phoenix-dev up")
    assert "Alertmanager runs as 65534:65534" in owner["what"]
    assert "belongs to 0:0" in owner["what"]
    assert "the queue to jaeger holds" in queue["what"]
    assert "and grows" in queue["what"]
    assert project("doctor").code == 1
    report = project("doctor", "--report").stdout
    assert "### Last lines of jaeger" in report
    assert str(project.home) not in report
    # The fixes are commands that mend.
    docker(*owner["fix"].split()[1:])
    assert project.up()["state"] == "running"
    well = look(project)
    assert {one["severity"] for check in ("jaeger", "owners") for one in well[check]} == {"ok"}


def told_in_time(project: Project) -> Found:
    """The findings, once those are there that only Prometheus can tell, some looks later."""
    deadline = time.monotonic() + LOOKS_S
    while missing := untold(found := look(project)):
        assert time.monotonic() < deadline, f"doctor does not tell of {missing}: {found}"
        time.sleep(EVERY_S)  # before there is more to tell; each look takes a second of two cores
    return found


def untold(found: Found) -> list[str]:
    """What doctor has to say and does not."""
    said = " ".join(one["what"] for check in ("refused", "queue") for one in found[check])
    wanted = ("greater_than_max_sample_age", "too_far_in_future", "Prometheus dropped", "and grows")
    return [one for one in wanted if one not in said]
