"""docker compose for one project: the only place that runs it, through python-on-whales."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Sequence

    from python_on_whales import DockerClient

    from phoenix_dev.runtime.compose.docker_engine import DockerEngine
    from phoenix_dev.runtime.compose.stack_files import StackFiles

#: How long a part may take to finish what it has, before it is killed (seconds).
STOP_S = 10
#: What the Docker engine says of a port that it cannot have; the number is that port.
_PORT_TAKEN = re.compile(
    r"(?:bind for|bind host port(?: for)?|listen tcp\w*|exposing port tcp) \S*?:(\d+)\S* ?[^\n]*(?:already|in use)",
    re.I,
)


class PortTaken(NotReady):
    """The Docker engine could not publish a port."""

    def __init__(self, port: int, message: str) -> None:
        super().__init__(message, hint=f"ss -ltnp 'sport = :{port}'")
        self.port = port


@dataclass(frozen=True, slots=True)
class ComposeCommand:
    """Runs docker compose on the files of a project. Every method raises NotReady with what it said when it fails."""

    docker_engine: DockerEngine
    project: str
    files: StackFiles

    def up(self, services: Sequence[str], *, prepared: bool = False) -> None:
        """Start services; what runs unchanged is left alone. Raises PortTaken, too.

        `prepared`: what they wait for has been done before, and is not done again.
        """
        from python_on_whales.exceptions import DockerException

        try:
            self._client().compose.up(list(services), detach=True, quiet=True, pull="never", dependencies=not prepared)
        except DockerException as error:
            raise as_ours(error) from error

    def remove(self, services: Sequence[str]) -> None:
        """Stop services and remove their containers; their data stays."""
        from python_on_whales.exceptions import DockerException

        try:
            self._client().compose.rm(list(services), stop=True)
        except DockerException as error:
            raise as_ours(error) from error

    def down(self) -> None:
        """Stop everything of the project and remove it, but not its volumes."""
        from python_on_whales.exceptions import DockerException

        try:
            self._client().compose.down(remove_orphans=True, timeout=STOP_S, quiet=True)
        except DockerException as error:
            raise as_ours(error) from error

    def _client(self) -> DockerClient:
        if shutil.which("docker") is None:
            raise NotReady(
                "the docker command is not installed, and the stack is started with it",
                hint="phoenix-dev up --runtime embedded",
            )
        from python_on_whales import DockerClient

        # A variable of the shell would decide before the file of variables: which are set there is not this project's.
        foreign = [name for name in os.environ if name.startswith(("COMPOSE_", "PHOENIX_"))]
        return DockerClient(
            client_call=["env", *(word for name in foreign for word in ("-u", name)), "docker"],
            host=self.docker_engine.url,
            compose_files=list(self.files.compose_files),
            compose_env_files=[self.files.environment],
            compose_project_name=self.project,
            compose_project_directory=self.files.project_folder,
            compose_profiles=["*"],
        )


def as_ours(error: Exception) -> NotReady:
    """What python-on-whales raised, as what it means: PortTaken, or NotReady with the last line that compose said."""
    said = (getattr(error, "stderr", None) or "").strip()
    if "is not a docker command" in said or "unknown shorthand flag: 'f'" in said or "unknown flag: --file" in said:
        return NotReady(
            "the docker command has no compose (version 2 or newer)", hint="phoenix-dev up --runtime embedded"
        )
    last = next((line for line in reversed(said.splitlines()) if line.strip()), str(error))
    if taken := _PORT_TAKEN.search(said):
        return PortTaken(int(taken[1]), f"docker compose could not publish a port: {last.strip()}")
    return NotReady(f"docker compose failed: {last.strip()}", hint="phoenix-dev down && phoenix-dev up")
