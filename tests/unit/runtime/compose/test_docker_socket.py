"""What the infrastructure collector is told of the Docker engine."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from phoenix_dev.runtime.compose.docker_engine import DockerEngine
from phoenix_dev.runtime.compose.docker_socket import socket_environment

if TYPE_CHECKING:
    from pathlib import Path


class Engine(DockerEngine):
    """One that says its version."""

    def ask(self, path: str, patience_s: float = 5.0) -> object:
        assert path == "/version"
        return {"ApiVersion": "1.41"}


def test_the_socket_its_group_and_the_version_are_those_of_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    link = tmp_path / "link"
    link.symlink_to(path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        told = socket_environment(Engine(f"unix://{link}", "test"))
    assert told == {
        "PHOENIX_DOCKER_SOCKET": str(path),
        "PHOENIX_DOCKER_GROUP": str(os.stat(path).st_gid),
        "PHOENIX_DOCKER_API": "1.41",
    }


def test_without_a_socket_containers_are_left_out(tmp_path: Path) -> None:
    for url in ("tcp://127.0.0.1:2375", f"unix://{tmp_path}/nothing.sock"):
        told = socket_environment(Engine(url, "test"))
        assert told == {"PHOENIX_CONTAINERS": "no-containers", "PHOENIX_DOCKER_SOCKET": "/dev/null"}
