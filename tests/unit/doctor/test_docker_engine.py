"""doctor looks for a Docker engine that can be used, and for compose."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.doctor.docker import Docker
from phoenix_dev.doctor.docker_engine import compose, numbers, usable
from phoenix_dev.doctor.examination import Skip
from phoenix_dev.model.finding import Finding, Severity
from tests.unit.doctor.engine_server import VERSION, engine_answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def only(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path / "docker.sock"


def docker_command(folder: Path, script: str) -> None:
    folder.mkdir()
    command = folder / "docker"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)


def test_an_engine_that_answers_is_well(at: Path) -> None:
    with engine_answering(at) as environ:
        found = only(usable(Docker(environ), wanted=True))
    assert found.severity is Severity.OK
    assert "20.10.24" in found.what
    assert found.where == f"unix://{at}"


def test_an_engine_that_is_too_old_is_named_with_what_is_needed(at: Path) -> None:
    with engine_answering(at, version={**VERSION, "Version": "19.03.5", "ApiVersion": "1.40"}) as environ:
        found = only(usable(Docker(environ), wanted=True))
    assert found.severity is Severity.ERROR
    assert "19.03.5" in found.what
    assert "20.10" in found.what


def test_without_an_engine_the_embedded_one_is_no_reason_to_worry(at: Path) -> None:
    found = only(usable(Docker({"DOCKER_HOST": f"unix://{at}"}), wanted=False))
    assert found.severity is Severity.INFO
    assert str(at) in found.what
    assert "embedded" in found.what


def test_without_an_engine_compose_cannot_work_and_where_it_was_looked_for_is_told(at: Path) -> None:
    found = only(usable(Docker({"DOCKER_HOST": f"unix://{at}"}), wanted=True))
    assert found.severity is Severity.ERROR
    assert f"unix://{at} (DOCKER_HOST)" in found.what
    assert found.fix


def test_a_context_that_does_not_exist_is_named(tmp_path: Path) -> None:
    found = only(usable(Docker({"HOME": str(tmp_path), "DOCKER_CONTEXT": "far-away"}), wanted=True))
    assert found.severity is Severity.ERROR
    assert "far-away" in found.what
    assert found.fix == "docker context ls"


def test_an_engine_that_hangs_is_given_two_seconds(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(at))
        hung.listen()
        begun = time.monotonic()
        found = only(usable(Docker({"DOCKER_HOST": f"unix://{at}"}), wanted=True))
    assert time.monotonic() - begun < 10
    assert found.severity is Severity.ERROR
    assert "does not answer within 2 s" in found.what


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_socket_that_this_user_may_not_use_is_told_with_the_group_to_join(at: Path) -> None:
    with engine_answering(at) as environ:
        at.chmod(0)
        found = only(usable(Docker(environ), wanted=True))
    assert "may not be used by this user" in found.what
    assert "usermod -aG docker" in found.fix


def test_without_the_docker_command_there_is_no_compose(at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(at.parent))
    with engine_answering(at) as environ:
        found = only(compose(Docker(environ), wanted=True))
    assert found.severity is Severity.ERROR
    assert "not installed" in found.what


@pytest.mark.parametrize(
    ("script", "severity", "told"),
    [
        ("echo 2.40.3-3", Severity.OK, "2.40.3"),
        ("echo v2.31.0", Severity.OK, "2.31.0"),
        ("echo 2.5.0", Severity.ERROR, "2.5.0 is too old"),
        ("echo \"docker: 'compose' is not a docker command.\" >&2; exit 1", Severity.ERROR, "no compose version 2"),
    ],
)
def test_compose_is_asked_for_its_version(
    script: str, severity: Severity, told: str, at: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker_command(tmp_path / "bin", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with engine_answering(at) as environ:
        found = only(compose(Docker(environ), wanted=True))
    assert found.severity is severity
    assert told in found.what
    assert bool(found.fix) is (severity is Severity.ERROR)


def test_where_nobody_wants_docker_compose_is_not_looked_for(at: Path) -> None:
    with pytest.raises(Skip):
        list(compose(Docker({"DOCKER_HOST": f"unix://{at}"}), wanted=False))


def test_versions_are_compared_by_their_numbers() -> None:
    assert numbers("2.40.3-3") == (2, 40, 3)
    assert numbers("2.9") < numbers("2.30")
    assert numbers("dev") == ()
