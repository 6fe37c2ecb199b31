"""Stopping a stack whose Docker engine cannot say how much there is: what was to be done is done all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.compose.parts import PROJECT_LABEL
from phoenix_dev.runtime.compose.runtime import ComposeRuntime
from phoenix_dev.settings import Settings
from phoenix_dev.usecases.stop import stop_stack
from tests.unit.backends.answering import Answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.backends.answering import Asked


class DockerWithVolumes:
    """Answers like a Docker engine with two volumes of the project, and no container."""

    def __init__(self) -> None:
        self.volumes = ["phoenix_logs", "phoenix_traces"]
        self.sized = 0
        self.can_size = True

    def __call__(self, asked: Asked) -> tuple[int, bytes]:
        path = asked.path.removeprefix("/v1.41")
        if path == "/version":
            return 200, b'{"ApiVersion": "1.41", "MinAPIVersion": "1.12"}'
        if path == "/system/df":
            self.sized += 1
            return (200 if self.can_size else 500), json.dumps({"Volumes": self._described()}).encode()
        if path == "/containers/json":
            return 200, b"[]"
        if path == "/volumes":
            return 200, json.dumps({"Volumes": self._described()}).encode()
        self.volumes.remove(path.removeprefix("/volumes/"))
        return 204, b""

    def _described(self) -> list[dict[str, object]]:
        label = {PROJECT_LABEL: "phoenix"}
        return [{"Name": name, "Labels": label, "UsageData": {"Size": 500}} for name in self.volumes]


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> Iterator[DockerWithVolumes]:
    answering = Answering(docker := DockerWithVolumes())
    server = answering.serve()
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.server_port}")
    yield docker
    server.shutdown()
    server.server_close()


@pytest.fixture
def runtime(docker: DockerWithVolumes, tmp_path: Path) -> ComposeRuntime:
    return ComposeRuntime(tmp_path / "never started", Settings())


def test_what_stays_is_named_without_adding_it_up(docker: DockerWithVolumes, runtime: ComposeRuntime) -> None:
    ended = stop_stack(runtime, delete_data=False)
    assert ended.left.path == "the volumes phoenix_logs, phoenix_traces"
    assert (ended.deleted, ended.notes, docker.sized) == (None, (), 0)


def test_what_is_deleted_is_added_up_once(docker: DockerWithVolumes, runtime: ComposeRuntime) -> None:
    ended = stop_stack(runtime, delete_data=True)
    assert ended.deleted is not None
    assert (ended.deleted.size_bytes, docker.volumes, docker.sized) == (1000, [], 1)


def test_what_cannot_be_added_up_is_deleted_all_the_same(docker: DockerWithVolumes, runtime: ComposeRuntime) -> None:
    docker.can_size = False
    ended = stop_stack(runtime, delete_data=True)
    assert docker.volumes == []
    (note,) = ended.notes
    assert note.startswith("how much is kept is not known: the Docker engine at tcp://")
