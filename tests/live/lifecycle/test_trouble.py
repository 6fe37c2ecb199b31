"""What is in the way of a start is named, and what a start leaves behind is something to go on from."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.compose.parts import ALERTMANAGER, GRAFANA, INBOX, PARTS, PORTS
from phoenix_dev.settings import Settings
from tests.live.lifecycle.project import LABEL, docker
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.live.lifecycle.project import Project

PROMETHEUS_IMAGE = "prom/prometheus:v3.16.0"
#: Nothing listens there: what is pulled from it fails at once.
NOWHERE = "127.0.0.1:1/mirror"


@contextmanager
def taken_ports() -> Iterator[set[int]]:
    """The usual ports of all parts, every one of them taken, by this test or by someone else."""
    numbers: set[int] = {getattr(Settings().ports, port.name) for port in PORTS}
    sockets = []
    for number in numbers:
        with suppress(OSError):
            sockets.append(socket.create_server(("127.0.0.1", number)))
    try:
        yield numbers
    finally:
        for one in sockets:
            one.close()


def test_ports_that_are_taken_move_and_are_told(project: Project) -> None:
    with taken_ports() as numbers:
        ran = project("up", "--runtime", "compose", "--without", "grafana", "--without", "alertmanager", "--json")
    assert ran.code == 0, ran.stderr
    used = {int(url.split(":")[2].split("/")[0]) for url in ran.json()["endpoints"].values() if url}
    assert used.isdisjoint(numbers)
    assert (
        f"port 4318 is taken: OTLP/HTTP listens on {ran.json()['endpoints']['otlp_http'].split(':')[2]}" in ran.stderr
    )
    moved_back = project("up", "--without", "grafana", "--without", "alertmanager", "--json")
    assert moved_back.json()["endpoints"] == ran.json()["endpoints"], "what runs stays where applications found it"


def test_a_port_that_was_named_and_is_taken_is_3_and_starts_nothing(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mine:
        number = str(mine.getsockname()[1])
        by_flag = project("up", "--runtime", "compose", "--without", "grafana", "--otlp-http-port", number)
        by_variable = project(
            "up", "--runtime", "compose", "--without", "grafana", env={"PHOENIX_DEV_PORTS_LOKI": number}
        )
    for ran, what, hint in (
        (by_flag, "OTLP/HTTP", "phoenix-dev up --runtime compose --otlp-http-port "),
        (by_variable, "Loki", "PHOENIX_DEV_PORTS_LOKI="),
    ):
        assert ran.code == 3
        assert f"port {number}, named for {what}, is taken" in ran.stderr
        assert f"hint: {hint}" in ran.stderr
    assert project.containers() == {}


def test_an_image_that_is_missing_and_cannot_be_pulled_is_named_with_the_setting(project: Project) -> None:
    ran = project("up", "--runtime", "compose", "--without", "grafana", env={"PHOENIX_DEV_IMAGES_REGISTRY": NOWHERE})
    assert ran.code == 3
    assert f"the image {NOWHERE}/" in ran.stderr
    assert "is not here and cannot be pulled" in ran.stderr
    assert "images.registry names a mirror" in ran.stderr
    assert "hint: PHOENIX_DEV_IMAGES_REGISTRY=" in ran.stderr
    assert project.containers() == {}
    assert project("status", "--json").json()["runtime"] == "embedded", "what could not be started is not what is read"


def test_images_of_a_mirror_are_used_and_a_missing_optional_one_degrades(project: Project) -> None:
    tags = {part.image_from(NOWHERE): part.image for part in PARTS if part not in (GRAFANA, ALERTMANAGER, INBOX)}
    try:
        for tag, image in tags.items():
            docker("tag", image, tag)
        ran = project(
            "up", "--runtime", "compose", "--without", "alertmanager", "--json",
            env={"PHOENIX_DEV_IMAGES_REGISTRY": NOWHERE},
        )  # fmt: skip
        assert ran.code == 0, ran.stderr
        assert ran.json()["state"] == "degraded"
        (grafana,) = (one for one in ran.json()["components"] if one["health"] == "unhealthy")
        assert (grafana["name"], grafana["state"]) == ("grafana", "stopped")
        assert "cannot be pulled" in grafana["detail"]
        assert f"the image {NOWHERE}/grafana/grafana" in ran.stderr
        used = {
            docker("inspect", "--format", "{{.Config.Image}}", one).strip() for one in project.containers().values()
        }
        assert used == set(tags)
        later = project("status", "--json")
        assert (later.code, later.json()["state"]) == (0, "degraded")
    finally:
        project.clear()
        for tag in tags:
            docker("rmi", tag)


def test_a_core_part_that_does_not_start_is_named_with_its_last_words(project: Project) -> None:
    _spoil(project, "metrics", "/prometheus")
    ran = project("up", "--runtime", "compose", "--without", "grafana", "--without", "alertmanager")
    assert ran.code == 3
    assert "✗ prometheus" in ran.stderr
    assert "error: Prometheus does not start: its container" in ran.stderr
    assert "permission denied" in ran.stderr
    assert {"✓ collector", "✓ jaeger", "✓ loki"} <= {line[:11].rstrip() for line in ran.stderr.splitlines()}
    status = project("status", "--json")
    assert (status.code, status.json()["state"]) == (0, "degraded")
    healthy = {one["name"] for one in status.json()["components"] if one["health"] == "healthy"}
    assert healthy == {"collector", "jaeger", "loki", "infrastructure"}
    fix, _, _ = ran.stderr.partition("hint: ")[2].partition(" && phoenix-dev up")
    subprocess.run(fix.split(), check=True, timeout=60)
    assert project.up("--without", "alertmanager")["state"] == "running"


def test_an_optional_part_that_does_not_start_is_named_and_the_rest_works(project: Project) -> None:
    _spoil(project, "alerts", "/alertmanager")
    ran = project("up", "--runtime", "compose", "--without", "grafana", "--json")
    assert ran.code == 0
    assert ran.json()["state"] == "degraded"
    assert "✗ alertmanager" in ran.stderr
    assert "Alertmanager does not run: its container" in ran.stderr


def _spoil(project: Project, volume: str, folder: str) -> None:
    """Give a part a volume that it may not write to."""
    name = f"{project.name}_{volume}"
    docker(
        "volume", "create", "--label", f"{LABEL}={project.name}", "--label", f"com.docker.compose.volume={volume}", name
    )
    spoilt = f"touch {folder}/x; chown 0:0 {folder}; chmod 700 {folder}"
    docker(
        "run", "--rm", "-u", "0", "-v", f"{name}:{folder}", "--entrypoint", "/bin/sh", PROMETHEUS_IMAGE, "-c", spoilt
    )


def _told_compose(project: Project) -> bool:
    return (project.home / "projects" / project.name / "compose.json").exists()


def _made_a_container(project: Project) -> bool:
    return bool(project.containers())


def _runs_a_part(project: Project) -> bool:
    return bool(docker("ps", "--quiet", "--filter", f"label={LABEL}={project.name}"))


@pytest.mark.parametrize(
    ("moment", "whole_group"),
    [(_told_compose, True), (_made_a_container, True), (_made_a_container, False), (_runs_a_part, True)],
    ids=["before a container", "among containers", "among containers, the command alone", "before all are ready"],
)
def test_interrupted_at_any_moment_the_next_command_handles_what_is_left(
    project: Project, moment: Callable[[Project], bool], whole_group: bool
) -> None:
    process = project.start("up", "--runtime", "compose", "--without", "grafana", "--without", "alertmanager")
    with process:
        wait_until(lambda: moment(project), what=moment.__name__)
        if whole_group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=90)
    assert process.returncode == 130, stderr
    assert b"Traceback" not in stderr
    if not whole_group:
        assert project.up("--without", "alertmanager")["state"] == "running"
    assert project("down", "--data", "--yes").code == 0
    assert project.containers() == {}
    assert project.volumes() == []
