"""One running stack: what `up` says of it, how it is changed while it runs, and what it lets others see."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING

from tests.live.lifecycle.project import Project, docker, send_log, send_trace
from tests.live.listening import listening_on
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.lifecycle.conftest import Running

CORE = {"collector", "jaeger", "loki", "prometheus"}
CHANGED = {"PHOENIX_DEV_RETENTION_LOGS": "9d", "PHOENIX_DEV_THRESHOLDS": "{cpu: {critical: 97%}}"}
#: A shared machine has slow moments: what it took is printed, what is asserted only tells that nothing hung.
PATIENCE_S = 60.0


def test_up_waits_until_each_part_answers_and_says_when(running: Running) -> None:
    lines = [line for line in running.first.stderr.splitlines() if line.startswith("✓")]
    assert {line.split()[1] for line in lines} == {*CORE, "alertmanager", "inbox", "infrastructure"}
    print(f"first up: {running.seconds:.1f} s\n" + "\n".join(lines))
    assert running.seconds < PATIENCE_S


def test_up_tells_all_there_is(running: Running) -> None:
    up = running.up
    assert (up["runtime"], up["profile"], up["state"]) == ("compose", "development", "running")
    assert up["project"] == running.project.name
    assert set(up["endpoints"]) == {
        "otlp_grpc", "otlp_http", "ui", "jaeger", "jaeger_errors", "loki", "prometheus", "alertmanager", "inbox",
        "grafana",
    }  # fmt: skip
    assert up["endpoints"]["grafana"] == ""
    assert up["endpoints"]["ui"] == up["endpoints"]["jaeger"]
    health = {one["name"]: one["health"] for one in up["components"]}
    assert health == dict.fromkeys([*CORE, "alertmanager", "inbox", "infrastructure"], "healthy")


def test_status_tells_memory_disk_restarts_and_since_when(running: Running) -> None:
    ran = running.project("status", "--json")
    assert ran.code == 0
    status = ran.json()
    assert status["endpoints"] == running.up["endpoints"]
    assert status["since"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for component in status["components"]:
        assert 1_000_000 < component["memory_bytes"] < 600_000_000
        assert component["restarts"] == 0
        keeps_nothing = component["name"] == "infrastructure"
        assert keeps_nothing or 0 <= component["data_bytes"] < 50_000_000
    assert status["refused"] == []


def test_status_tells_what_arrived_per_service(running: Running) -> None:
    assert send_trace(running.up["endpoints"]["otlp_http"], "0af7651916cd43dd8448eb211c803190", time.time_ns()) == 200

    def services() -> list[str]:
        return [one["service"] for one in running.project("status", "--json").json()["received"]]

    wait_until(lambda: "lifecycle" in services(), deadline=60, what="the service in status")


def test_up_again_replaces_nothing(running: Running) -> None:
    before = running.project.containers()
    began = time.monotonic()
    again = running.project.up()
    seconds = time.monotonic() - began
    print(f"second up: {seconds:.1f} s")
    assert seconds < PATIENCE_S
    assert running.project.containers() == before
    assert again["endpoints"] == running.up["endpoints"]


def test_auto_goes_on_with_what_runs(running: Running) -> None:
    before = running.project.containers()
    ran = running.project("up", "--without", "grafana", "--json")
    assert ran.json()["runtime"] == "compose"
    assert running.project.containers() == before


def test_the_embedded_runtime_is_not_started_beside_it(running: Running) -> None:
    ran = running.project("up", "--runtime", "embedded")
    assert ran.code == 3
    assert "the compose runtime runs project" in ran.stderr
    assert f"hint: phoenix-dev --project {running.project.name} down" in ran.stderr


def test_a_changed_setting_replaces_only_the_part_it_is_for(running: Running) -> None:
    before = running.project.containers()
    up = running.project.up(env=CHANGED)
    after = running.project.containers()
    assert {service for service in after if after[service] != before[service]} == {"loki", "prometheus"}

    def bounds() -> set[str]:
        with urllib.request.urlopen(f"{up['endpoints']['prometheus']}/api/v1/rules", timeout=10) as answer:
            groups = json.load(answer)["data"]["groups"]
        return {rule["query"].rpartition("> ")[2] for group in groups for rule in group["rules"]}

    wait_until(lambda: "0.97" in bounds(), what="the rule with the bound that was set")
    told = json.loads(docker("inspect", "--format", "{{json .Config.Env}}", after["loki"]))
    assert "PHOENIX_RETENTION_LOGS=216h" in told


def test_another_profile_replaces_only_the_collector_and_is_told(running: Running) -> None:
    running.project.up(env=CHANGED)
    before = running.project.containers()
    critical = {"PHOENIX_DEV_CRITICAL_SERVICES": "payments,the $ of Bob's"}
    up = running.project.up("--profile", "production", env={**CHANGED, **critical})
    after = running.project.containers()
    assert {service for service in after if after[service] != before[service]} == {"otel-collector"}
    told = json.loads(docker("inspect", "--format", "{{json .Config.Env}}", after["otel-collector"]))
    assert r'PHOENIX_CRITICAL_SERVICES=["payments", "the $ of Bob\u0027s"]' in told
    assert up["profile"] == running.project("status", "--json").json()["profile"] == "production"
    trace_id = "0af7651916cd43dd8448eb211c803192"
    send_log(up["endpoints"]["otlp_http"], trace_id, time.time_ns() - 180 * 10**9)

    def shown() -> str:
        return running.project("trace", trace_id).stdout

    wait_until(lambda: "only 1 log: not sampled. The profile production keeps" in shown(), what="the log")


def test_a_variable_of_the_shell_that_compose_would_read_changes_nothing(running: Running) -> None:
    running.project.up()
    before = running.project.containers()
    foreign = {"PHOENIX_RETENTION_LOGS": "1h", "COMPOSE_PROJECT_NAME": "foreign", "PHOENIX_DEV_REGISTRY": "nowhere"}
    running.project.up(env=foreign)
    assert running.project.containers() == before


def test_a_part_that_is_left_out_later_is_removed_and_comes_back(running: Running) -> None:
    left_out = running.project.up("--without", "alertmanager")
    assert left_out["endpoints"]["alertmanager"] == left_out["endpoints"]["inbox"] == ""
    assert left_out["state"] == "running"
    assert {"alertmanager", "inbox"}.isdisjoint(running.project.containers())
    assert running.project.up()["endpoints"]["alertmanager"].startswith("http://127.0.0.1:")
    assert {"alertmanager", "inbox"} <= set(running.project.containers())


def test_an_alert_of_each_severity_and_a_summary_arrive_in_their_channels(running: Running) -> None:
    arrived = running.project("alerts", "test", "--json")
    assert arrived.code == 0, arrived.stderr
    told = arrived.json()["alerts"]
    print(f"arrived after {[round(one['took_ms']) for one in told]} ms")
    assert {(one["severity"], one["channel"], one["real"]) for one in told} == {
        ("critical", "pagerduty", False), ("warning", "slack", False), ("info", "slack", False),
    }  # fmt: skip
    sent = running.project("alerts", "summary", "daily")
    assert sent.code == 0, sent.stderr
    mails = running.project("alerts", "inbox", "--channel", "email", "--json").json()["messages"]
    assert {mail["title"] for mail in mails} == {f"[{running.project.name}] daily summary"}
    shown = running.project("alerts", "inbox", "--channel", "email").stdout
    assert all(line in shown for line in sent.stdout.splitlines())


def test_another_umask_leaves_the_files_readable_for_the_containers(running: Running) -> None:
    stack = running.project.home / "projects" / running.project.name / "stack"
    files = list(stack.rglob("*"))
    assert any(path.name == "compose.yaml" for path in files)
    for path in files:
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_every_port_is_published_on_loopback_only(running: Running) -> None:
    published = set()
    for number in running.project.containers().values():
        ports = json.loads(docker("inspect", "--format", "{{json .NetworkSettings.Ports}}", number))
        published |= {(one["HostIp"], int(one["HostPort"])) for bindings in ports.values() for one in bindings or ()}
    endpoints = running.project("status", "--json").json()["endpoints"]
    told = {int(url.split(":")[2].split("/")[0]) for url in endpoints.values() if url}
    assert published == {("127.0.0.1", port) for port in told}
    assert listening_on({*told, infrastructure_port(running)}) == {"127.0.0.1"}


def infrastructure_port(running: Running) -> int:
    """Docker does not publish it: that part is in the machine's own network."""
    label = '{{index .Config.Labels "dev.phoenix.port.infrastructure"}}'
    return int(docker("inspect", "--format", label, running.project.containers()["infrastructure"]))


def test_nothing_runs_as_root(running: Running) -> None:
    for service, number in running.project.containers().items():
        state, user = docker("inspect", "--format", "{{.State.Status}} {{.Config.User}}", number).split()
        assert state == "exited" or not user.startswith("0"), service


def test_a_container_that_joined_the_network_sends_to_the_collector(running: Running) -> None:
    ran = running.project("env", "--for", "container", "--json")
    endpoint = ran.json()["OTEL_EXPORTER_OTLP_ENDPOINT"]
    assert endpoint == "http://otel-collector:4318"
    assert f"networks: [default, {running.project.name}]" in ran.stderr
    program = (
        "import urllib.request as r; q = r.Request("
        f"'{endpoint}/v1/traces', b'', {{'Content-Type': 'application/x-protobuf'}}); print(r.urlopen(q).status)"
    )
    image = "python:3.11-slim"
    said = docker("run", "--rm", "--network", running.project.name, image, "python3", "-c", program)
    assert said.strip() == "200"


def test_env_names_the_port_that_it_has(running: Running) -> None:
    variables = running.project("env", "--json").json()
    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == running.up["endpoints"]["otlp_http"]


def test_open_prints_where_a_request_is_shown(running: Running) -> None:
    trace_id = "0af7651916cd43dd8448eb211c803191"
    assert send_trace(running.up["endpoints"]["otlp_http"], trace_id, time.time_ns()) == 200
    opened = wait_until(lambda: _opened(running, trace_id), what="the trace")
    assert opened == f"{running.up['endpoints']['jaeger']}/trace/{trace_id}"


def _opened(running: Running, what: str) -> str:
    ran = running.project("open", what, "--print")
    return ran.stdout.strip() if ran.code == 0 else ""


def test_open_without_grafana_names_what_shows_the_same(running: Running) -> None:
    at = running.project("status", "--json").json()["endpoints"]
    assert _opened(running, "metrics") == f"{at['prometheus']}/query"
    assert _opened(running, "alerts") == f"{at['alertmanager']}/#/alerts"
    for page, hint in (("dashboards", "phoenix-dev up"), ("logs", "phoenix-dev ui")):
        ran = running.project("open", page)
        assert ran.code == 3
        assert "Grafana shows" in ran.stderr
        assert f"hint: {hint}" in ran.stderr


def test_a_second_project_runs_beside_it_and_goes_alone(running: Running, project: Project) -> None:
    other = project.up("--without", "alertmanager")
    mine = {value for value in running.up["endpoints"].values() if value}
    assert mine.isdisjoint(value for value in other["endpoints"].values() if value)
    before = running.project.containers()
    assert project("down", "--data", "--yes").code == 0
    assert project.containers() == {}
    assert project.volumes() == []
    assert running.project.containers() == before
    assert running.project("status", "--json").json()["state"] == "running"


def test_a_part_that_died_makes_the_state_degraded_and_up_heals_it(running: Running) -> None:
    docker("stop", "-t", "1", running.project.containers()["alertmanager"])
    ran = running.project("status", "--json")
    assert (ran.code, ran.json()["state"]) == (0, "degraded")
    (broken,) = (one for one in ran.json()["components"] if one["health"] == "unhealthy")
    assert broken["name"] == "alertmanager"
    assert "ended with the status" in broken["detail"]
    assert running.project.up()["state"] == "running"


def test_up_on_a_terminal_and_in_a_pipe_print_the_same_addresses(running: Running) -> None:
    ran = running.project("up", "--without", "grafana")
    addresses = dict(line.split() for line in ran.stdout.splitlines())
    assert addresses["OTLP/HTTP"] == running.up["endpoints"]["otlp_http"]
    assert addresses["Jaeger"] == running.up["endpoints"]["jaeger"]
    assert "Grafana" not in addresses


def test_an_engine_that_is_gone_is_said_and_not_taken_for_nothing(running: Running) -> None:
    gone = {"DOCKER_HOST": f"unix://{os.devnull}"}
    status = running.project("status", "--json", env=gone)
    assert (status.code, status.json()["state"]) == (3, "stopped")
    assert "the Docker engine at" in status.json()["components"][0]["detail"]
    down = running.project("down", env=gone)
    assert down.code == 3
    assert "the Docker engine at" in down.stderr
    assert (
        subprocess.run(["docker", "inspect", running.project.containers()["loki"]], capture_output=True).returncode == 0
    )
