"""The containers of a project as Docker's engine describes them: state, restarts, memory, last words, sizes of volumes.

Read with the docker SDK. Whatever it raises becomes NotReady here.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose.parts import JAEGER, PROJECT_LABEL, SERVICE_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import docker
    from docker.models.containers import Container

    from phoenix_dev.runtime.compose.docker_engine import DockerEngine
    from phoenix_dev.runtime.compose.parts import Part

_PATIENCE_S = 10
#: The sizes of volumes are added up by walking through them (seconds).
_SIZES_S = 30.0
#: The API of Docker engines that give a container's numbers without waiting for a second look.
_STATS_AT_ONCE = "1.41"


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """One container. `status` is Docker's word: running, restarting, exited, created, dead, paused."""

    name: str
    status: str
    restarts: int
    exit_code: int
    out_of_memory: bool
    started: str
    error: str

    @classmethod
    def of(cls, name: str, attributes: Mapping[str, Any]) -> Self:
        """Those of a container by the Docker engine's own description of it (`docker inspect`)."""
        state = attributes["State"]
        return cls(
            name=name,
            status=state["Status"],
            restarts=attributes["RestartCount"],
            exit_code=state["ExitCode"],
            out_of_memory=state["OOMKilled"],
            started=state["StartedAt"],
            error=state["Error"],
        )

    @property
    def given_up(self) -> bool:
        """Whether it does not run, or only ever starts again. One that runs now may have needed several starts."""
        return self.status in ("exited", "dead", "created") or (self.status == "restarting" and self.restarts >= 3)

    @property
    def why(self) -> str:
        """What became of it, in words."""
        if self.out_of_memory:
            return "was ended because it needed more memory than it may have"
        if self.error:
            return f"could not be started: {self.error}"
        if self.status in ("exited", "dead", "restarting"):
            again = f" and was started again {self.restarts} times" if self.restarts else ""
            return f"ended with the status {self.exit_code}{again}"
        return f"is {self.status}"


@dataclass(frozen=True, slots=True)
class Containers:
    """Those of one project on one Docker engine."""

    docker_engine: DockerEngine
    project: str

    def facts(self) -> Mapping[str, ContainerFacts]:
        """By service, also of those that ended."""
        with self._client() as client:
            return {
                one.labels[SERVICE_LABEL]: ContainerFacts.of(one.name or "", one.attrs) for one in self._list(client)
            }

    def memory(self) -> Mapping[str, int]:
        """By service: bytes that a running one holds, without the files it has read (as `docker stats` counts)."""
        from concurrent.futures import ThreadPoolExecutor
        from functools import partial

        from docker.utils import version_gte

        with self._client() as client:
            running = [one for one in self._list(client) if one.status == "running"]
            if not running:
                return {}
            at_once = version_gte(client.api.api_version, _STATS_AT_ONCE)
            with ThreadPoolExecutor(len(running)) as pool:
                amounts = pool.map(partial(_memory, at_once=at_once), running)
            return {one.labels[SERVICE_LABEL]: amount for one, amount in zip(running, amounts, strict=True)}

    def last_lines(self, service: str, limit: int) -> tuple[str, ...]:
        """What a service wrote last, oldest first, as it wrote it."""
        with self._client() as client:
            for one in self._list(client):
                if one.labels[SERVICE_LABEL] == service:
                    said: bytes = one.logs(tail=limit)
                    return tuple(said.decode(errors="replace").splitlines())
        return ()

    def signal(self, service: str, name: str) -> None:
        """Send a signal to a service, where it runs."""
        with self._client() as client:
            for one in self._list(client):
                if one.labels[SERVICE_LABEL] == service and one.status == "running":
                    one.kill(signal=name)

    def tell(self, service: str, what: Literal["stop", "start", "pause", "unpause"]) -> bool:
        """Have a service's container do this, where it is not so already; whether there is one that could."""
        wanted = {"stop": ("running", "paused"), "pause": ("running",), "unpause": ("paused",)}
        with self._client() as client:
            for one in self._list(client):
                if one.labels[SERVICE_LABEL] == service and one.status in wanted.get(what, ("exited", "created")):
                    getattr(one, what)()
                    return True
        return False

    def volumes(self) -> tuple[str, ...]:
        """The full names of the project's volumes."""
        with self._client() as client:
            found = client.volumes.list(filters={"label": f"{PROJECT_LABEL}={self.project}"})
            return tuple(sorted(one.name for one in found))

    def volume_sizes(self) -> Mapping[str, int]:
        """Bytes by name of volume, without the project's.

        The Docker engine counts a file of holes by its length, and Jaeger's store has some of 2 GB while it runs: that
        one is asked for what it really takes.
        """
        # `type` spares Docker engines from 1.42 on the rest; older ones do not know it and answer in full.
        answer = self.docker_engine.ask("/system/df?type=volume", patience_s=_SIZES_S)
        with self._client() as client:
            taken = self._really_taken(client, JAEGER, "/tmp")  # noqa: S108 - a folder inside its container
        sizes: dict[str, int] = {}
        for volume in answer.get("Volumes") or ():
            if (volume.get("Labels") or {}).get(PROJECT_LABEL) == self.project:
                name = str(volume["Name"]).removeprefix(f"{self.project}_")
                sizes[name] = max(0, (volume.get("UsageData") or {}).get("Size", 0))
        return {**sizes, **taken} if taken.keys() <= sizes.keys() else sizes

    def _really_taken(self, client: docker.DockerClient, part: Part, folder: str) -> dict[str, int]:
        for one in self._list(client):
            if one.labels[SERVICE_LABEL] == part.service and one.status == "running":
                said = one.exec_run(["du", "-sk", folder])
                kib = said.output.split()[:1] if isinstance(said.output, bytes) else []
                if said.exit_code == 0 and kib and kib[0].isdigit():
                    return {part.volume: int(kib[0]) * 1024}
        return {}

    def remove_volumes(self) -> None:
        """Remove the project's volumes. Raises NotReady when one is in use."""
        with self._client() as client:
            for volume in client.volumes.list(filters={"label": f"{PROJECT_LABEL}={self.project}"}):
                volume.remove()

    def _list(self, client: docker.DockerClient) -> list[Container]:
        found: list[Container] = client.containers.list(
            all=True, ignore_removed=True, filters={"label": f"{PROJECT_LABEL}={self.project}"}
        )
        return found

    @contextmanager
    def _client(self) -> Iterator[docker.DockerClient]:
        from docker import DockerClient
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        client = None
        try:
            client = DockerClient(base_url=self.docker_engine.url, version="auto", timeout=_PATIENCE_S)
            yield client
        except (DockerException, RequestException) as error:
            why = getattr(error, "explanation", None) or error
            raise NotReady(f"the Docker engine at {self.docker_engine} refuses: {why}", hint="docker info") from error
        finally:
            if client is not None:
                client.close()


def _memory(container: Container, *, at_once: bool) -> int:
    """`at_once`: without the look of a second at the processor that Docker engines take by themselves."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        used: Any = container.stats(stream=False, one_shot=at_once or None)
    except (DockerException, RequestException):  # it ended in the meantime
        return 0
    used = used["memory_stats"]
    details = used.get("stats") or {}
    cached = details.get("total_inactive_file", details.get("inactive_file", 0))
    return max(0, int(used.get("usage", 0)) - int(cached))
