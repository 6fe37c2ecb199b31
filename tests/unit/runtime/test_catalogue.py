"""The catalogue says what compose/compose.yaml says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from phoenix_dev.runtime.catalogue import OPTIONAL, PARTS, PORTS, Part, wanted_parts
from phoenix_dev.settings import Settings

STACK = yaml.safe_load((Path(__file__).parents[3] / "compose" / "compose.yaml").read_text(encoding="utf-8"))
MIRROR = "${PHOENIX_DEV_REGISTRY:+${PHOENIX_DEV_REGISTRY:-}/}"


def service_of(part: Part) -> Any:
    return STACK["services"][part.service]


def test_every_service_that_listens_is_a_part() -> None:
    listening = {name for name, service in STACK["services"].items() if "ports" in service}
    assert listening == {part.service for part in PARTS}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_is_what_compose_starts(part: Part) -> None:
    assert service_of(part)["image"] == f"{MIRROR}{part.image}"
    assert service_of(part)["user"] == part.user
    mounted = [one.split(":")[0] for one in service_of(part)["volumes"] if isinstance(one, str)]
    assert part.volume in mounted
    assert part.volume in STACK["volumes"]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
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
    assert set(OPTIONAL) == {"grafana", "alertmanager"}
    assert {part.name for part in wanted_parts(OPTIONAL)} == {"collector", "jaeger", "loki", "prometheus"}


def test_an_image_comes_from_the_mirror_that_is_named() -> None:
    jaeger = PARTS[1]
    assert jaeger.image_from("") == "jaegertracing/jaeger:2.13.0"
    assert jaeger.image_from("mirror.example:5000/hub") == "mirror.example:5000/hub/jaegertracing/jaeger:2.13.0"
