"""The machine, its containers and the services on it, as the infrastructure collector sees them."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from phoenix_dev.stores.metrics import MetricQuery
from tests.answering import Says, answering
from tests.live.lifecycle.project import docker
from tests.stack import running_stack
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.metric import MetricPoint
    from tests.answering import Answering
    from tests.stack import RunningStack

PAGE = b"""# TYPE jobs counter
jobs_total{queue="a"} 3 # {trace_id="0af7651916cd43dd8448eb211c80319c"} 1
# TYPE heat gauge
heat 36.6
# EOF
"""
FLAGS = ("--without", "grafana", "--without", "alertmanager")
#: Two rounds of everything that is asked every 15 s.
PATIENCE_S = 90.0
#: Ends once, and stays when it is started again.
_ONCE_MORE = "test -e /tmp/again && exec sleep 600; touch /tmp/again; exit 1"


@pytest.fixture(scope="module")
def service() -> Iterator[Answering]:
    kind = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    with answering({"/health/metrics": Says(body=PAGE, content_type=kind)}) as running:
        yield running


@pytest.fixture(scope="module")
def restarted(engine: str) -> Iterator[str]:
    """A container that was started again once, by its name."""
    name = f"phx-restarted-{uuid4().hex[:6]}"
    image = "prom/prometheus:v3.16.0"
    docker("run", "-d", "--name", name, "--restart", "always", "--entrypoint", "/bin/sh", image, "-c", _ONCE_MORE)
    yield name
    docker("rm", "-f", "-v", name)


@pytest.fixture(scope="module")
def stack(restarted: str, service: Answering, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    home = tmp_path_factory.mktemp("infrastructure")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHOENIX_DEV_SERVICES", f"[{{name: patient, url: '{service.url}'}}]")
        with running_stack(home, *FLAGS, project=f"live-infra-{uuid4().hex[:6]}", runtime="compose") as running:
            yield running


def points(stack: RunningStack, name: str, service: str = "infrastructure") -> list[MetricPoint]:
    since_ns = time.time_ns() - 300 * 10**9
    return list(stack.stores.metrics.points(MetricQuery(name, service, since_ns)))


def first(stack: RunningStack, name: str, service: str = "infrastructure") -> MetricPoint:
    return wait_until(lambda: points(stack, name, service), PATIENCE_S, what=name)[0]


def test_a_service_of_the_settings_is_scraped_where_it_listens(stack: RunningStack, service: Answering) -> None:
    assert first(stack, "up", "patient").value == 1
    assert first(stack, "heat", "patient").value == 36.6
    jobs = first(stack, "jobs_total", "patient")
    assert (jobs.value, jobs.attributes["queue"]) == (3, "a")
    assert jobs.resource["service_instance_id"] == service.url.partition("//")[2]


@pytest.mark.parametrize(
    "name",
    [
        "system_cpu_utilization_ratio", "system_memory_utilization_ratio", "system_filesystem_utilization_ratio",
        "system_disk_io_bytes_total", "system_network_io_bytes_total",
    ],
)  # fmt: skip
def test_the_machine_is_measured(stack: RunningStack, name: str) -> None:
    assert first(stack, name).resource["host_name"]


def test_a_filesystem_of_the_machine_is_not_that_of_the_container(stack: RunningStack) -> None:
    first(stack, "system_filesystem_utilization_ratio")
    mounted = {str(point.attributes["mountpoint"]) for point in points(stack, "system_filesystem_utilization_ratio")}
    assert mounted
    assert all(Path(path).exists() for path in mounted)


def test_containers_tell_how_often_they_were_started_again(stack: RunningStack, restarted: str) -> None:
    def counted() -> dict[str, float]:
        return {str(one.resource["container_name"]): one.value for one in points(stack, "container_restarts_total")}

    mine = f"{stack.project}-jaeger-1"  # the first look may come before the stack is whole
    wait_until(lambda: {restarted, mine} <= counted().keys(), PATIENCE_S, what="both containers")
    found = counted()
    assert found[restarted] == 1
    assert found[mine] == 0


def test_a_port_that_another_process_takes_at_the_last_moment_is_left_to_it(stack: RunningStack) -> None:
    container = f"{stack.project}-infrastructure-1"
    label = '{{index .Config.Labels "dev.phoenix.port.infrastructure"}}'
    port = int(docker("inspect", "--format", label, container))
    docker("stop", "-t", "1", container)
    with socket.create_server(("127.0.0.1", port)):
        docker("start", container)  # it is started again and again, and says that this is its port
        wait_until(lambda: docker("inspect", "--format", "{{.RestartCount}}", container).strip() != "0", PATIENCE_S)
        up = stack.run("up", *FLAGS, "--json").json()
        (back,) = (one for one in up["components"] if one["name"] == "infrastructure")
        assert (up["state"], back["health"]) == ("running", "healthy")
        assert int(docker("inspect", "--format", label, container)) != port


def test_the_demo_is_known_asked_and_requested_without_a_setting(stack: RunningStack) -> None:
    urls = {line.split()[0]: line.split()[1] for line in stack.run("demo", "start").stdout.splitlines()}
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PHOENIX_DEV_SERVICES", "[]")
            assert stack.run("health", "--json").json()["healthy"] is True
        checks = ("--expect-status", "2xx", "--expect-span", "orchestrator:process", "--no-errors", "--wait", "20")
        said = stack.run("request", "POST", f"{urls['api-gateway']}/api/process", "-d", "{}", *checks, "--json").json()
        (trace,) = said["traces"]
        assert trace["trace_id"] == said["request"]["trace_id"]
        assert {"phoenix-dev", "api-gateway", "orchestrator", "llm-service"} <= set(trace["services"])
        assert first(stack, "up", "llm-service").value == 1
    finally:
        stack.run("demo", "stop")


def test_it_can_be_left_out_and_comes_back_where_it_was(stack: RunningStack) -> None:
    without = stack.run("up", *FLAGS, "--json", "--without", "infrastructure").json()
    assert without["state"] == "running"
    assert "infrastructure" not in {one["name"] for one in without["components"]}
    names = docker("ps", "--filter", f"label=com.docker.compose.project={stack.project}", "--format", "{{.Names}}")
    assert f"{stack.project}-infrastructure-1" not in names.split()
    again = stack.run("up", *FLAGS, "--json").json()
    (back,) = (one for one in again["components"] if one["name"] == "infrastructure")
    assert back["health"] == "healthy"
