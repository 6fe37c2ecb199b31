"""Is there a Docker engine, can it be used, is it new enough, and does the docker command have compose?"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from phoenix_dev.doctor.examination import Skip
from phoenix_dev.errors import NotReady
from phoenix_dev.model.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.doctor.docker import Docker

#: The oldest Docker engine that the stack was tried on: 20.10.
OLDEST_API = (1, 41)
#: compose.yaml uses `env_file` with `format: raw`, which came with 2.30.
OLDEST_COMPOSE = (2, 30)
_PATIENCE_S = 2.0
_EMBEDDED = "phoenix-dev up --runtime embedded"


def usable(docker: Docker, *, wanted: bool) -> Iterator[Finding]:
    """`wanted`: the settings name compose, or a stack of this project was started with it. Else embedded will do."""
    try:
        version = docker.version()
    except NotReady as error:
        if wanted:
            yield Finding("docker", Severity.ERROR, error.message, fix=error.hint or _remedy(error.message))
        else:
            what = f"{error.message}; the embedded runtime is used"
            yield Finding("docker", Severity.INFO, what)
        return
    docker_engine = docker.engine()
    said = f"Docker {version['Version']}, API {version['ApiVersion']}, by {docker_engine.named_by}"
    if numbers(version["ApiVersion"]) >= OLDEST_API:
        yield Finding("docker", Severity.OK, said, docker_engine.url)
        return
    oldest = ".".join(map(str, OLDEST_API))
    what = f"{said} is too old: the stack needs 20.10 (API {oldest}) or newer"
    yield Finding("docker", Severity.ERROR if wanted else Severity.WARNING, what, docker_engine.url, _EMBEDDED)


def compose(docker: Docker, *, wanted: bool) -> Iterator[Finding]:
    """The command line that starts the stack. `wanted`: `up` would use it."""
    if not wanted:
        docker.needed()
    severity = Severity.ERROR if wanted else Severity.INFO
    command = shutil.which("docker")
    if command is None:
        what = "the docker command is not installed (docs.docker.com/engine/install), and compose is started with it"
        yield Finding("compose", severity, what, fix=_EMBEDDED)
        return
    version = compose_version(command)
    if not version:
        what = "the docker command has no compose version 2 (docs.docker.com/compose/install)"
        yield Finding("compose", severity, what, command, _EMBEDDED)
    elif numbers(version) < OLDEST_COMPOSE:
        oldest = ".".join(map(str, OLDEST_COMPOSE))
        what = f"docker compose {version} is too old: the stack needs {oldest} or newer"
        yield Finding("compose", severity, what, command, _EMBEDDED)
    else:
        yield Finding("compose", Severity.OK, f"docker compose {version}", command)


def compose_version(command: str) -> str:
    """What `docker compose version` says, empty when there is no such command. Raises Skip when it says nothing in
    time.
    """
    try:
        ran = subprocess.run(  # noqa: S603 - the docker command that PATH names
            [command, "compose", "version", "--short"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise Skip(f"{command} compose did not answer within {_PATIENCE_S:g} s") from error
    except OSError:
        return ""
    return ran.stdout.strip().removeprefix("v") if ran.returncode == 0 else ""


def numbers(version: str) -> tuple[int, ...]:
    """A version's leading numbers: `2.40.3-3` is 2, 40, 3."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _remedy(message: str) -> str:
    if "may not be used by this user" in message:
        return "sudo usermod -aG docker $USER && newgrp docker"
    if "within" in message:
        return "docker info"
    if sys.platform == "darwin":
        return "open -a Docker"
    return "sudo systemctl start docker" if shutil.which("systemctl") else _EMBEDDED
