"""The parts are what compose/compose.yaml says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from phoenix_dev.runtime.compose.parts import (
    INBOX,
    INFRASTRUCTURE,
    OPTIONAL,
    PARTS,
    PORT_LABEL,
    PORTS,
    Part,
    wanted_parts,
)
from phoenix_dev.settings import Settings

COMPOSE = Path(__file__).parents[4] / "compose"
STACK = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))
FILES = ("config.yaml", "containers.yaml", "no-containers.yaml")
MIRROR = "${PHOENIX_DEV_REGISTRY:+${PHOENIX_DEV_REGISTRY:-}/}"


def service_of(part: Part) -> Any:
    return STACK["services"][part.service]


def test_every_service_that_listens_is_a_part() -> None:
    listening = {name for name, service in STACK["services"].items() if "ports" in service}
    assert listening == {part.service for part in PARTS if not part.on_host}
    in_the_hosts_network = {name for name, one in STACK["services"].items() if one.get("network_mode") == "host"}
    assert in_the_hosts_network == {part.service for part in PARTS if part.on_host}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_is_what_compose_starts(part: Part) -> None:
    assert service_of(part)["image"] == f"{MIRROR}{part.image}"
    assert service_of(part)["user"] == part.user
    if not part.volume:
        return
    mounted = [one.split(":")[0] for one in service_of(part)["volumes"] if isinstance(one, str)]
    assert part.volume in mounted
    assert part.volume in STACK["volumes"]


def test_a_part_on_the_host_says_where_it_listens_and_is_told_that() -> None:
    for part in (part for part in PARTS if part.on_host):
        for port in part.ports:
            text = f"${{{port.variable}:-{Settings().value(port.key)}}}"
            assert service_of(part)["labels"][f"{PORT_LABEL}{port.name}"] == text
            assert text in service_of(part)["environment"].values()


def test_what_holds_the_docker_socket_takes_no_input_from_outside() -> None:
    holders = [name for name, one in STACK["services"].items() if "docker.sock" in str(one.get("volumes"))]
    assert holders == [INFRASTRUCTURE.service]
    found = {name: yaml.safe_load((COMPOSE / "infrastructure" / name).read_text()) for name in FILES}
    receivers = {kind.partition("/")[0] for one in found.values() for kind in one.get("receivers", {})}
    assert receivers == {"hostmetrics", "prometheus", "docker_stats"}, "each of them asks, none of them listens"
    assert found["config.yaml"]["extensions"]["health_check"]["endpoint"].startswith("127.0.0.1:")
    assert found["config.yaml"]["service"]["telemetry"]["metrics"] == {"level": "none"}


@pytest.mark.parametrize("part", [part for part in PARTS if not part.on_host], ids=lambda part: part.name)
def test_its_ports_are_published_on_loopback_under_their_settings(part: Part) -> None:
    published = set()
    for text in service_of(part)["ports"]:
        found = re.fullmatch(r"127\.0\.0\.1:\$\{(\w+):-(\d+)\}:(\d+)", text)
        assert found, text
        published.add((found[1], int(found[2]), int(found[3])))
    assert published == {(port.variable, Settings().value(port.key), port.inside) for port in part.ports}


def test_every_port_is_a_setting_and_every_setting_of_a_port_is_one() -> None:
    from phoenix_dev.settings import KEYS

    of_the_page = "ports.ui"  # which the embedded engine serves
    assert {*(port.key for port in PORTS), of_the_page} == {key.name for key in KEYS if key.name.startswith("ports.")}


def test_what_may_be_left_out_is_optional() -> None:
    assert set(OPTIONAL) == {"grafana", "alertmanager", "infrastructure"}
    assert {part.name for part in wanted_parts(OPTIONAL)} == {"collector", "jaeger", "loki", "prometheus"}
    assert INBOX not in wanted_parts(["alertmanager"]), "without what sends nothing arrives"


def test_an_image_comes_from_the_mirror_that_is_named() -> None:
    jaeger = PARTS[1]
    assert jaeger.image_from("") == "jaegertracing/jaeger:2.13.0"
    assert jaeger.image_from("mirror.example:5000/hub") == "mirror.example:5000/hub/jaegertracing/jaeger:2.13.0"
