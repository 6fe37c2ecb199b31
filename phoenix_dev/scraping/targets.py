"""Whose metrics are scraped, written down where whoever scrapes finds it: `services` of the settings, and the demo.

One file a source, in the form of Prometheus' file-based service discovery, which the collector of the real stack reads
as it is. A list of its own for each source, so that neither need know of the other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from phoenix_dev.processes.in_place import put_in_place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

METRICS_PATH = "/health/metrics"
#: The name of the folder of lists in that of a project.
FOLDER = "targets"


@dataclass(frozen=True, slots=True)
class Target:
    """A service, and the base URL that it answers at."""

    service: str
    url: str

    @property
    def metrics_url(self) -> str:
        """Where its metrics are."""
        return self.url.rstrip("/") + METRICS_PATH

    @property
    def instance(self) -> str:
        """Which one of the service it is: host and port."""
        parts = urlsplit(self.url)
        return parts.netloc if parts.port else f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"


def targets_folder(home: Path) -> Path:
    """Where the lists of a project lie; it need not exist."""
    return home / FOLDER


def write_targets(home: Path, source: str, targets: Iterable[Target]) -> None:
    """Put down who a source names; what it named before is forgotten. Raises OSError.

    Readable for the collector, which is another user.
    """
    listed = [_as_discovered(target) for target in targets]
    folder = targets_folder(home)
    if not listed and not folder.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    put_in_place(_list_of(home, source), json.dumps(listed).encode(), mode=0o644)


def read_targets(home: Path) -> tuple[Target, ...]:
    """Everyone who is listed, each address once; lists that cannot be read name nobody."""
    found: dict[str, Target] = {}
    for path in sorted(targets_folder(home).glob("*.json")):
        for target in _read(path):
            found.setdefault(target.url, target)
    return tuple(found.values())


def targets_of(home: Path, source: str) -> tuple[Target, ...]:
    """Those that one source names."""
    return tuple(_read(_list_of(home, source)))


def _list_of(home: Path, source: str) -> Path:
    return targets_folder(home) / f"{source}.json"


def _as_discovered(target: Target) -> dict[str, object]:
    parts = urlsplit(target.url)
    labels = {
        "job": target.service,
        "__scheme__": parts.scheme,
        "__metrics_path__": parts.path.rstrip("/") + METRICS_PATH,
    }
    return {"targets": [target.instance], "labels": labels}


def _read(path: Path) -> list[Target]:
    try:
        return [
            Target(str(labels["job"]), f"{labels['__scheme__']}://{at}" + _base(str(labels["__metrics_path__"])))
            for entry in json.loads(path.read_bytes())
            for at in entry["targets"]
            if (labels := entry["labels"])
        ]
    except (OSError, ValueError, TypeError, LookupError):
        return []


def _base(path: str) -> str:
    return path.removesuffix(METRICS_PATH)
