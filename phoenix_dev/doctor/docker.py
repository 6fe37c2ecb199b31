"""What the Docker engine says about itself and its containers, asked once for all examinations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phoenix_dev.doctor.examination import Skip
from phoenix_dev.doctor.once import Once
from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose.docker_engine import resolve_engine
from phoenix_dev.runtime.compose.parts import PROJECT_LABEL, SERVICE_LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.runtime.compose.docker_engine import DockerEngine

#: How long a Docker engine may take for one answer (seconds).
PATIENCE_S = 2.0


class Docker:
    """One Docker engine. `engine`, `version`, `info` and `containers` (all, also ended ones) raise NotReady when it
    does not answer; they are the documents of its API, "System" and "Containers".
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self.engine: Once[DockerEngine] = Once(lambda: resolve_engine(environ))
        self.version: Once[Mapping[str, Any]] = Once(self._version)
        self.info: Once[Mapping[str, Any]] = Once(lambda: self._ask("/info"))
        self.containers: Once[list[Mapping[str, Any]]] = Once(lambda: self._ask("/containers/json?all=1"))

    @property
    def answers(self) -> bool:
        """Whether it answers at all."""
        try:
            self.version()
        except NotReady:
            return False
        return True

    def needed(self) -> DockerEngine:
        """The Docker engine; raises Skip when it does not answer: one examination says so, that is enough."""
        if not self.answers:
            raise Skip("no Docker engine answers")
        return self.engine()

    def of_project(self, project: str) -> Mapping[str, Mapping[str, Any]]:
        """A project's containers by service. Raises Skip when no Docker engine answers."""
        self.needed()
        return {
            labels[SERVICE_LABEL]: one
            for one in self.containers()
            if (labels := one.get("Labels") or {}).get(PROJECT_LABEL) == project
        }

    def details(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        """All that the Docker engine knows of a container. Raises Skip when the container is gone."""
        found: Mapping[str, Any] | None = self._ask(f"/containers/{container['Id']}/json")
        if found is None:
            raise Skip("its container was just removed")
        return found

    def _version(self) -> Mapping[str, Any]:
        engine = self.engine()
        if why := engine.why_not(PATIENCE_S):
            raise NotReady(f"the Docker engine at {engine} {why}")
        found: Mapping[str, Any] = self._ask("/version")
        return found

    def _ask(self, path: str) -> Any:
        return self.engine().ask(path, PATIENCE_S)


def name_of(container: Mapping[str, Any]) -> str:
    """The name by which the docker command knows a container."""
    return str((container.get("Names") or [container.get("Id", "")])[0]).lstrip("/")
