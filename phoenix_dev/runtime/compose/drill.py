"""A drill's scale of time on the real stack: other rules and another pace in the folder that compose runs from.

Prometheus and Alertmanager read them anew on SIGHUP, so no container is replaced; Loki looks by itself once a minute.
What was there before is kept until the drill ends. The next drill, or the next `up`, puts right what a drill that was
killed has left.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import NotReady
from phoenix_dev.processes.drill import begin_drill, forget_drill, read_drill
from phoenix_dev.runtime.compose.alert_files import CONFIGURATION
from phoenix_dev.runtime.compose.parts import ALERTMANAGER, PROMETHEUS
from phoenix_dev.runtime.compose.rules import FOLDERS, rule_files

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.alerting.notifier import Pace
    from phoenix_dev.runtime.compose.containers import Containers
    from phoenix_dev.runtime.compose.stack_files import StackFiles
    from phoenix_dev.signals.tuning import Tuning

_KEPT = "before-drill"
_RELOADING = (PROMETHEUS.service, ALERTMANAGER.service)


@dataclass(frozen=True, slots=True)
class ComposeDrill:
    """Drills of the stack whose state folder is `home`. Nobody else changes the stack while a method runs."""

    home: Path
    files: StackFiles
    containers: Containers

    def begin(self, time_scale: float, tuning: Tuning, pace: Pace) -> None:
        """Write a drill down, and divide what durations rules and routes have. Raises NotReady when another is on, or
        the stack was not started by `up`.
        """
        if not self.files.there:
            raise NotReady("the stack runs from no folder of its own", hint="phoenix-dev up --runtime compose")
        begin_drill(self.home, time_scale)
        self._put_back()  # what a drill left that was killed
        if time_scale > 1:
            self._keep()
            routes = (self.files.folder / CONFIGURATION).read_bytes()
            scaled = {CONFIGURATION: _paced(routes, pace.divided(time_scale))}
            self._replace({**rule_files(replace(tuning, time_scale=time_scale)), **scaled})

    def end(self) -> None:
        """Put back what was there before, and forget the drill. Raises NotReady when Docker does not answer: then it
        stays written down as one that was left.
        """
        self._put_back()
        forget_drill(self.home)

    def heal(self) -> None:
        """After `up` has written its own files: have them read where a drill has left others."""
        found = read_drill(self.home)
        # One that is on has nothing to put back any more, and has these files read at its end.
        shutil.rmtree(self.home / _KEPT, ignore_errors=True)
        if found is not None and not found.on:
            self._reload()
            forget_drill(self.home)

    def _keep(self) -> None:
        kept = self.home / _KEPT
        beside = kept.with_name(f"{_KEPT}.new")
        shutil.rmtree(beside, ignore_errors=True)
        for folder in FOLDERS:
            shutil.copytree(self.files.folder / folder, beside / folder)
        (beside / CONFIGURATION).parent.mkdir(parents=True)
        shutil.copyfile(self.files.folder / CONFIGURATION, beside / CONFIGURATION)
        beside.rename(kept)

    def _put_back(self) -> None:
        kept = self.home / _KEPT
        if kept.is_dir():
            there = (path for path in kept.rglob("*") if path.is_file())
            self._replace({path.relative_to(kept).as_posix(): path.read_bytes() for path in there})
            shutil.rmtree(kept)
        elif self.files.there:
            self._reload()

    def _replace(self, contents: dict[str, bytes]) -> None:
        self.files.replace(contents, FOLDERS)
        self._reload()

    def _reload(self) -> None:
        for service in _RELOADING:
            self.containers.signal(service, "SIGHUP")


def _paced(routes: bytes, pace: Pace) -> bytes:
    """Alertmanager's configuration with another pace; who hears of what stays."""
    import yaml

    found: dict[str, Any] = yaml.safe_load(routes)
    found["route"] |= {
        "group_wait": _milliseconds(pace.group_wait_ns),
        "group_interval": _milliseconds(pace.group_interval_ns),
    }
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True).encode()


def _milliseconds(ns: int) -> str:
    return f"{ns // 10**6}ms"
