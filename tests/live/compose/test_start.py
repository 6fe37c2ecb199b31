"""The stack comes up at once, takes little, and is closed to everything but this machine."""

from __future__ import annotations

import json
import os
import socket
from contextlib import closing
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.live.compose.by_hand import PORTS, READY
from tests.live.conftest import IDLE_MIB, READY_S
from tests.live.listening import listening_on
from tests.waiting import least

if TYPE_CHECKING:
    from tests.live.compose.by_hand import ByHand
    from tests.live.conftest import FirstStart

PARTS = tuple(READY)


def test_every_part_is_ready_in_five_seconds(first_start: FirstStart) -> None:
    busy = f"was the machine busy with something else? Its load average is {os.getloadavg()[0]:.1f}"
    assert max(first_start.seconds.values()) <= READY_S, f"three times not; {busy}; seconds: {first_start.seconds}"


def test_idle_parts_take_a_quarter_of_a_gigabyte_at_most(first_start: FirstStart) -> None:
    assert len(first_start.memory) == len(PARTS) - 1  # without the inbox, which is ours
    assert sum(first_start.memory.values()) <= IDLE_MIB, first_start.memory


def test_a_second_up_changes_nothing_and_takes_two_seconds(stack: ByHand) -> None:
    before = {part: fact["State"]["StartedAt"] for part, fact in stack.containers().items() if part in PARTS}
    assert least(lambda: max(stack.up().values()), 2) <= 2
    assert before == {part: fact["State"]["StartedAt"] for part, fact in stack.containers().items() if part in PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_has_no_right_that_it_does_not_need(stack: ByHand, part: str) -> None:
    fact = stack.containers()[part]
    host = fact["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Privileged"] is False
    assert 0 < host["Memory"] <= 600 * 2**20
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}
    assert not any(mount["RW"] for mount in fact["Mounts"] if mount["Type"] == "bind")
    assert not any("docker.sock" in mount["Source"] for mount in fact["Mounts"])


@pytest.mark.parametrize("part", PARTS)
def test_a_part_does_not_run_as_root(stack: ByHand, part: str) -> None:
    identity = stack.containers()[part]["Id"]
    owners = {line.split()[0] for line in stack.docker("top", identity, "-eo", "uid,pid").splitlines()[1:]}
    assert owners
    assert "0" not in owners


def test_only_the_owner_of_the_queue_is_root_for_one_command_and_may_only_chown(stack: ByHand) -> None:
    facts = stack.containers()
    assert [part for part, fact in facts.items() if fact["Config"]["User"].split(":")[0] in ("", "0", "root")] == [
        "queue-owner"
    ]
    owner = facts["queue-owner"]
    assert owner["State"]["Status"] == "exited"
    assert owner["State"]["ExitCode"] == 0
    assert owner["HostConfig"]["NetworkMode"] == "none"
    assert owner["HostConfig"]["CapDrop"] == ["ALL"]
    assert owner["HostConfig"]["CapAdd"] == ["CAP_CHOWN"]
    assert owner["HostConfig"]["ReadonlyRootfs"] is True


def test_nothing_listens_beyond_loopback(stack: ByHand) -> None:
    published = {
        (binding["HostIp"], int(binding["HostPort"]))
        for fact in stack.containers().values()
        for bindings in fact["NetworkSettings"]["Ports"].values()
        for binding in bindings or ()
    }
    assert published == {("127.0.0.1", stack.ports[name]) for name in PORTS}
    assert listening_on({port for _, port in published}) == {"127.0.0.1"}


def test_nothing_answers_on_the_other_addresses_of_this_machine(stack: ByHand) -> None:
    # Rules of a firewall may lead to a part where nobody listens, so that sockets alone prove nothing.
    others = {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET and not address.address.startswith("127.")
    }
    assert others, "at least the bridge of the stack's network"
    ports = [stack.ports[name] for name in PORTS]
    assert all(connects("127.0.0.1", port) for port in ports)
    assert not [(address, port) for address in others for port in ports if connects(address, port)]


def connects(address: str, port: int) -> bool:
    with closing(socket.socket()) as one:
        one.settimeout(2)
        return one.connect_ex((address, port)) == 0


def test_project_and_version_are_on_all_that_it_made(stack: ByHand) -> None:
    assert {name: fact["Config"]["Labels"]["dev.phoenix.version"] for name, fact in stack.containers().items()} == (
        dict.fromkeys([*PARTS, "queue-owner"], "1.2.3")
    )
    mine = ("--filter", f"label=dev.phoenix.project={stack.project}", "--format", "{{.Name}}")
    assert len(stack.docker("ps", "--all", *mine[:2], "--quiet").split()) == len(PARTS) + 1
    assert set(stack.docker("volume", "ls", *mine).split()) == {
        f"{stack.project}_{name}" for name in ("queue", "traces", "logs", "metrics", "alerts", "inbox")
    }
    assert stack.docker("network", "ls", *mine).split() == [stack.project]


def test_a_container_on_the_network_of_the_project_reaches_the_collector(stack: ByHand) -> None:
    ask = (
        "import urllib.request as u; "
        "r = u.Request('http://otel-collector:4318/v1/traces', b'{}', {'content-type': 'application/json'}); "
        "print(u.urlopen(r, timeout=5).status)"
    )
    said = stack.docker("run", "--rm", "--network", stack.project, "python:3.11-slim", "python3", "-c", ask)
    assert said.strip() == "200"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:5173", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:5173", True),
        ("http://evil.example", False),
        ("https://localhost.evil.example", False),
    ],
)
def test_pages_of_this_machine_may_send_others_may_not(stack: ByHand, origin: str, allowed: bool) -> None:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    answer = stack.http.options(f"{stack.url('OTLP_HTTP')}/v1/traces", headers=asked)
    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)


@pytest.mark.parametrize(("origin", "allowed"), [("http://localhost:5173", True), ("http://evil.example", False)])
def test_pages_of_this_machine_may_read_prometheus_others_may_not(stack: ByHand, origin: str, allowed: bool) -> None:
    answer = stack.http.get(f"{stack.url('PROMETHEUS')}/api/v1/labels", headers={"origin": origin})
    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)


@pytest.mark.parametrize(
    "path", ["JAEGER/api/services", "JAEGER_ERRORS/errors/api/services", "LOKI/loki/api/v1/labels"]
)
def test_no_page_may_read_jaeger_or_loki(stack: ByHand, path: str) -> None:
    port, _, rest = path.partition("/")
    answer = stack.http.get(f"{stack.url(port)}/{rest}", headers={"origin": "http://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("part", [part for part in PARTS if part != "otel-collector"])
def test_a_part_can_say_from_inside_that_it_is_well(stack: ByHand, part: str) -> None:
    fact = stack.containers()[part]
    kind, *probe = fact["Config"]["Healthcheck"]["Test"]
    assert kind == "CMD"
    stack.docker("exec", fact["Id"], *probe)


def test_another_version_replaces_neither_the_network_nor_a_volume(stack: ByHand) -> None:
    def lasting(**variables: str) -> dict[str, object]:
        return {
            kind: json.loads(stack.compose("config", "--format", "json", **variables))[kind]
            for kind in ("networks", "volumes")
        }

    assert lasting() == lasting(PHOENIX_DEV_VERSION="9.9.9")


def test_a_mirror_takes_the_place_of_the_registry(stack: ByHand) -> None:
    plain = stack.compose("--profile", "*", "config", "--images").split()
    mirrored = stack.compose(
        "--profile", "*", "config", "--images", PHOENIX_DEV_REGISTRY="mirror.example:5000/hub"
    ).split()
    assert sorted(mirrored) == sorted(f"mirror.example:5000/hub/{image}" for image in plain)
    assert not any(image.endswith(":latest") or ":" not in image for image in plain)


def test_retention_is_what_the_variables_say(stack: ByHand) -> None:
    assert stack.prometheus("status/runtimeinfo")["storageRetention"] == "15d or 2GiB"
    settings = stack.http.get(f"{stack.url('LOKI')}/config").text
    assert "\n  retention_period: 1w\n" in settings
    changed = stack.compose(
        "config",
        "--format",
        "json",
        PHOENIX_RETENTION_TRACES="24h",
        PHOENIX_RETENTION_LOGS="48h",
        PHOENIX_RETENTION_METRICS="1d",
    )
    services = json.loads(changed)["services"]
    assert services["jaeger"]["environment"]["PHOENIX_RETENTION_TRACES"] == "24h"
    assert services["loki"]["environment"]["PHOENIX_RETENTION_LOGS"] == "48h"
    assert "--storage.tsdb.retention.time=1d" in services["prometheus"]["command"]


def test_grafana_is_there_for_whom_asks_for_it(stack: ByHand) -> None:
    services = set(stack.compose("config", "--services").split())
    assert services == {*READY, "queue-owner"}
    assert set(stack.compose("--profile", "grafana", "config", "--services").split()) == {*services, "grafana"}
