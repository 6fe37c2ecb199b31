"""The machine, its containers and the services on it, as the infrastructure collector sees them; and its checks."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.home import project_folder
from phoenix_dev.model.health import ENDPOINTS
from phoenix_dev.model.otlp import points_of
from phoenix_dev.stores.metrics import MetricQuery
from phoenix_dev.synthetic.ask import ask_check
from phoenix_dev.synthetic.check import Check
from phoenix_dev.synthetic.measured import measured
from phoenix_dev.telemetry.translation.translator import Translator
from phoenix_dev.watching.host import Host
from phoenix_dev.watching.identity import give_environment
from tests.answering import Says, answering
from tests.live.lifecycle.project import docker
from tests.stack import running_stack
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.metric import MetricPoint
    from tests.answering import Answering
    from tests.stack import RunningStack

CONFIGURATION = Path(__file__).parents[3] / "compose" / "infrastructure"
COLLECTOR = "otel/opentelemetry-collector-contrib:0.145.0"
PAGE = b"""# TYPE jobs counter
jobs_total{queue="a"} 3 # {trace_id="0af7651916cd43dd8448eb211c80319c"} 1
# TYPE heat gauge
heat 36.6
# EOF
"""
#: The same path, asked in two ways; what is expected of a body is not there.
CHECKS = """[
  {name: 'front "page"', service: patient, path: '/page?key=s3cret', expect_body: welcome, interval: 2s},
  {name: gone, service: patient, path: /page, method: POST, body: 'a$b', expect_status: [404, 5xx], interval: 2s},
  {name: nobody, url: 'http://127.0.0.1:1/', expect_body: welcome, interval: 2s}
]"""
FLAGS = ("--without", "grafana")
#: Two rounds of everything that is asked every 15 s.
PATIENCE_S = 90.0
#: Ends once, and stays when it is started again.
_ONCE_MORE = "test -e /tmp/again && exec sleep 600; touch /tmp/again; exit 1"


@pytest.fixture(scope="module")
def service() -> Iterator[Answering]:
    kind = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    says = {"/health/metrics": Says(body=PAGE, content_type=kind), "/page": Says(body=b"you are welcome")}
    with answering(says) as running:
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
        patch.setenv("PHOENIX_DEV_CHECKS", CHECKS)
        with running_stack(home, *FLAGS, project=f"live-infra-{uuid4().hex[:6]}", runtime="compose") as running:
            yield running


def points(stack: RunningStack, name: str, service: str = "infrastructure") -> list[MetricPoint]:
    since_ns = time.time_ns() - 300 * 10**9
    return list(stack.stores.metrics.points(MetricQuery(name, service, since_ns)))


def first(stack: RunningStack, name: str, service: str = "infrastructure") -> MetricPoint:
    return wait_until(lambda: points(stack, name, service), PATIENCE_S, what=name)[0]


@pytest.mark.parametrize("containers", ["containers", "no-containers"])
def test_what_it_is_told_is_whole_with_and_without_a_socket_of_docker(containers: str, engine: str) -> None:
    # Of two configurations the later one wins: a key without a value would take away what the earlier one has there.
    files = (f"--config=/c/{name}.yaml" for name in ("config", containers, "checks", "targets/others"))
    variables = {"PORT_INFRASTRUCTURE": "1", "PORT_OTLP_HTTP": "2", "DOCKER_API": "1.41"}
    told = [word for name, value in variables.items() for word in ("-e", f"PHOENIX_{name}={value}")]
    docker("run", "--rm", "-v", f"{CONFIGURATION}:/c:ro", "-v", "/:/hostfs:ro", *told, COLLECTOR, "validate", *files)


def test_a_service_of_the_settings_is_scraped_where_it_listens(stack: RunningStack, service: Answering) -> None:
    assert first(stack, "up", "patient").value == 1
    assert first(stack, "heat", "patient").value == 36.6
    jobs = first(stack, "jobs_total", "patient")
    assert (jobs.value, jobs.attributes["queue"]) == (3, "a")
    assert jobs.resource["service_instance_id"] == service.url.partition("//")[2]


def series(stack: RunningStack, expression: str) -> dict[frozenset[tuple[str, str]], float]:
    found = stack.stores.metrics.query(expression, time.time_ns())
    return {frozenset(one.labels.items()): one.samples[0][1] for one in found}


def test_this_machine_is_told_under_the_names_that_the_embedded_engine_gives_it(stack: RunningStack) -> None:
    host = Host()
    host.look(time.time_ns())
    found = host.look(time.time_ns())
    give_environment(found.resource_metrics[0].resource, "development")
    embedded = {frozenset(labels.items()) for samples in Translator().samples(found) for labels in samples.labels}
    # These two states are told of while a connection is in them, which is seldom the same moment here and there.
    closing = {labels for labels in embedded if {("state", "FIN_WAIT1"), ("state", "FIN_WAIT2")} & labels}
    wanted = {labels for labels in embedded - closing if ("__name__", "target_info") not in labels}

    def told() -> set[frozenset[tuple[str, str]]]:
        return set(series(stack, '{__name__=~"system_.+", state!~"FIN_WAIT[12]"}'))

    # What a processor does is told from the second look on.
    wait_until(lambda: told() == wanted, PATIENCE_S, what=lambda: f"the same series: {told() ^ wanted} differ")


def test_checks_are_told_under_the_names_that_the_embedded_engine_gives_them(
    stack: RunningStack, service: Answering
) -> None:
    def expected() -> dict[frozenset[tuple[str, str]], float]:
        return series(stack, "max by (check, expectation, service_name) (phoenix_check_status)")

    def told(**values: float) -> dict[frozenset[tuple[str, str]], float]:
        owners = {'front "page"': "patient", "gone": "patient", "nobody": "infrastructure"}
        states = (
            ('front "page"', "answer", values["front"]),
            ('front "page"', "body", values["body"]),
            ("gone", "answer", values["gone"]),
            ("nobody", "answer", 0),
            ("nobody", "body", 0),
        )
        return {
            frozenset({"check": check, "expectation": what, "service_name": owners[check]}.items()): value
            for check, what, value in states
        }

    wait_until(
        lambda: expected() == told(front=1, body=1, gone=0), PATIENCE_S, what=lambda: f"the checks in {expected()}"
    )
    (posted, *_) = (asked for asked in service.asked if asked.method == "POST")
    assert (posted.path, posted.body) == ("/page", b"a$b")
    check = Check('front "page"', "patient", f"{service.url}/page?key=s3cret", contains="welcome")
    labels = [dict(found) for found in series(stack, '{check="front \\"page\\""}')]
    given = {"job", "deployment_environment_name"}  # by Prometheus and the collector, as by the engine
    own = [{name: one[name] for name in one.keys() - given} for one in labels]
    assert sorted(own, key=in_order) == sorted(translated(check), key=in_order)
    service.says["/page"] = Says(503)
    wait_until(
        lambda: expected() == told(front=0, body=0, gone=1), PATIENCE_S, what=lambda: f"the checks in {expected()}"
    )


def in_order(labels: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(labels.items())


def translated(check: Check) -> list[dict[str, str]]:
    """The series of what the embedded engine's own check sends now, named as Prometheus names them."""
    (data,) = (MetricsData.FromString(measured(check, ask_check(check), time.time_ns())),)
    names = {"httpcheck.duration": "httpcheck_duration_milliseconds"}
    return [
        {
            "__name__": names.get(point.name, point.name.replace(".", "_")),
            "service_name": point.service,
            **{name.replace(".", "_"): str(value) for name, value in point.attributes.items()},
        }
        for point in points_of(data)
    ]


def test_the_health_of_a_service_is_told_an_endpoint_each(stack: RunningStack) -> None:
    by = "min by (service_name, endpoint) (phoenix_health_status)"
    well = {("endpoint", name): float(name == "metrics") for name in ENDPOINTS}
    told = {frozenset({endpoint, ("service_name", "patient")}): value for endpoint, value in well.items()}
    wait_until(lambda: series(stack, by) == told, PATIENCE_S, what="the health of the service")


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


def test_the_demo_is_asked_for_its_health_as_long_as_it_runs(stack: RunningStack) -> None:
    health = 'phoenix_health_status{service_name!="patient"}'
    asked_last = 'timestamp(phoenix_health_status{service_name="patient"})'
    before = container_of(stack)
    stack.run("demo", "start")
    try:
        asked = {(service, endpoint): 1.0 for service in SERVICES for endpoint in ENDPOINTS}
        wait_until(lambda: by_endpoint(stack, health) == asked, PATIENCE_S, what="the health of the demo")
        drilled(stack, "not-ready", "--severity", "warning", channel="slack")
    finally:
        stack.run("demo", "stop")
    stopped = time.time()
    wait_until(
        lambda: min(by_endpoint(stack, asked_last).values(), default=0) > stopped,
        PATIENCE_S,
        what=lambda: f"that others were asked after {stopped}: {by_endpoint(stack, asked_last)}",
    )
    assert max(by_endpoint(stack, f"timestamp({health})").values()) <= stopped
    assert container_of(stack) == before


def test_a_part_that_hangs_is_told_of_and_so_is_that_it_answers_again(stack: RunningStack) -> None:
    drilled(stack, "pause", "jaeger", channel="pagerduty")


def drilled(stack: RunningStack, *fault: str, channel: str) -> None:
    told = stack.run("chaos", *fault, "--time-scale", "120", "--json", timeout=150).json()
    assert told["proven"]
    assert told["stages"]["delivered"]["detail"].startswith(f"{channel}: ")


def container_of(stack: RunningStack) -> tuple[str, str]:
    """That of the infrastructure collector: which one it is, and since when it runs."""
    name = f"{stack.project}-infrastructure-1"
    number, since = docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", name).split()
    return number, since


def by_endpoint(stack: RunningStack, expression: str) -> dict[tuple[str, str], float]:
    """The newest value of each endpoint of each service."""
    found = stack.stores.metrics.query(expression, time.time_ns())
    return {(one.labels["service_name"], one.labels["endpoint"]): one.samples[0][1] for one in found}


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


def test_who_reads_its_configuration_anew_and_cannot_is_started_again_and_put_right_by_up(stack: RunningStack) -> None:
    others = project_folder(stack.home, stack.project) / "targets" / "others.yaml"
    name = f"{stack.project}-infrastructure-1"
    others.write_text('{"receivers": {"nons')
    docker("kill", "-s", "HUP", name)
    wait_until(lambda: docker("inspect", "--format", "{{.RestartCount}}", name).strip() != "0", PATIENCE_S)
    up = stack.run("up", *FLAGS, "--json").json()
    assert up["state"] == "running"
    assert others.read_text() == "service: {}\n"


def test_it_can_be_left_out_and_comes_back_where_it_was(stack: RunningStack) -> None:
    without = stack.run("up", *FLAGS, "--json", "--without", "infrastructure").json()
    assert without["state"] == "running"
    assert "infrastructure" not in {one["name"] for one in without["components"]}
    names = docker("ps", "--filter", f"label=com.docker.compose.project={stack.project}", "--format", "{{.Names}}")
    assert f"{stack.project}-infrastructure-1" not in names.split()
    docker("pause", f"{stack.project}-jaeger-1")  # as a drill that was killed leaves it
    again = stack.run("up", *FLAGS, "--json").json()
    back = {one["name"]: one["health"] for one in again["components"]}
    assert (back["infrastructure"], back["jaeger"]) == ("healthy", "healthy")
