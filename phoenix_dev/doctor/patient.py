"""What a project's examinations look at: its folder, its settings, its runtime and its Docker engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.doctor.docker import Docker, name_of
from phoenix_dev.doctor.embedded import Answer
from phoenix_dev.doctor.examination import Skip
from phoenix_dev.doctor.once import Once
from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose.parts import PARTS
from phoenix_dev.runtime.compose.record import ComposeRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from phoenix_dev.settings import Settings
    from phoenix_dev.stores import Stores


class Patient:
    """One project. `open_stores` gives stores of the caller's own; it raises NotReady when nothing can be read.

    `record` is what `up` last started with compose and `down` has not stopped.
    """

    def __init__(
        self, home: Path, settings: Settings, open_stores: Callable[[], Stores], docker: Docker | None = None
    ) -> None:
        self.home = home
        self.settings = settings
        self.open_stores = open_stores
        self.docker = docker or Docker()
        self.record = ComposeRecord.read(home)
        self.answer: Once[Answer] = Once(lambda: Answer.of(home))
        self.runtime: Once[str] = Once(self._runtime)

    @property
    def wants_docker(self) -> bool:
        """Whether the settings or the stack that was started ask for Docker; else the embedded engine will do."""
        return self.settings.runtime == "compose" or self.record is not None

    @property
    def runs(self) -> bool:
        """Whether a stack was started and not stopped."""
        return self.record is not None or self._engine_runs

    def on(self, runtime: str) -> Settings:
        """The settings; raises Skip when the examinations are about the other runtime."""
        if self.runtime() != runtime:
            raise Skip(f"the runtime is {self.runtime()}")
        return self.settings

    def stack(self) -> ComposeRecord:
        """What `up` started with compose. Raises Skip when there is no such stack, or no Docker engine to ask."""
        self.on("compose")
        if self.record is None:
            raise Skip("the stack does not run; phoenix-dev up starts it")
        self.docker.needed()
        return self.record

    def containers(self) -> Mapping[str, str]:
        """The names of the stack's containers by part."""
        found = self.docker.of_project(self.settings.project)
        return {part.name: name_of(found[part.service]) for part in PARTS if part.service in found}

    def _runtime(self) -> str:
        """The runtime that the examinations are about: the one that runs, else the one that `up` would start."""
        named = self.settings.runtime
        origin = self.settings.origins.get("runtime")
        if named != "auto" and origin is not None and origin.kind == "flag":
            return named
        if self.runs:
            return "compose" if self.record is not None else "embedded"
        if named != "auto":
            return named
        return "compose" if self.docker.answers else "embedded"

    @property
    def _engine_runs(self) -> bool:
        try:
            return self.answer().runs
        except NotReady:
            return False
