"""What the infrastructure collector needs to know of the Docker engine whose containers it looks at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.runtime.compose.docker_engine import DockerEngine


def socket_environment(docker_engine: DockerEngine) -> Mapping[str, str]:
    """The values of the variables in compose.yaml: the engine's socket, the group that may use it, and its API version.

    Of an engine that has no socket here the collector is told to leave its containers out. Raises NotReady when the
    engine does not answer.
    """
    path = urlsplit(docker_engine.url).path if docker_engine.url.startswith("unix:") else ""
    try:
        group = os.stat(path).st_gid
    except OSError:
        return {"PHOENIX_CONTAINERS": "no-containers", "PHOENIX_DOCKER_SOCKET": "/dev/null"}
    return {
        "PHOENIX_DOCKER_SOCKET": os.path.realpath(path),
        "PHOENIX_DOCKER_GROUP": str(group),
        "PHOENIX_DOCKER_API": str(docker_engine.ask("/version")["ApiVersion"]),
    }
