"""What a service has done, counted beside its metrics and by nothing of OpenTelemetry: what dashboards are held to."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

from phoenix_dev.processes.document import read_document, write_document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: By dotted name: `llm.requests`, `tools.calculator.failed`. `phoenix_dev.demo.business` says which there are.
Counts: TypeAlias = "Counter[str]"

#: Beyond it users are no longer told apart.
_MOST_USERS = 10_000


class Tally:
    """Counts of one process. Thread-safe."""

    def __init__(self) -> None:
        self._counts: Counts = Counter()
        self._users: set[str] = set()
        self._lock = Lock()

    def add(self, name: str, by: int = 1) -> None:
        """It happened `by` times more."""
        with self._lock:
            self._counts[name] += by

    def saw(self, user: str) -> None:
        """A user sent a request."""
        with self._lock:
            if len(self._users) < _MOST_USERS:
                self._users.add(user)

    def as_json(self) -> dict[str, Any]:
        """As `GET /tally` answers it."""
        with self._lock:
            return {"counts": dict(self._counts), "users": sorted(self._users)}

    def hand_on(self, folder: Path, service: str) -> None:
        """Leave it to the service's next process, with what that of before left."""
        path = _left_by(folder, service)
        write_document(path, _together([read_document(path), self.as_json()]))


def counted(folder: Path, running: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The counts of all processes, those that run (what `GET /tally` answered) and those that are gone: nested by the
    parts of their names; `users` is how many different ones there were.
    """
    left = [read_document(path) for path in sorted(folder.glob(_left_by(folder, "*").name))]
    whole = _together([*left, *running])
    return nested(whole["counts"]) | {"users": len(whole["users"])}


def nested(counts: Counts) -> dict[str, Any]:
    """`{"llm": {"requests": 3}}` for `llm.requests` = 3."""
    tree: dict[str, Any] = {}
    for name, count in sorted(counts.items()):
        *path, last = name.split(".")
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
        branch[last] = count
    return tree


def forget(folder: Path) -> None:
    """What processes that are gone have left counts no more."""
    for path in folder.glob(_left_by(folder, "*").name):
        path.unlink()


def _left_by(folder: Path, service: str) -> Path:
    return folder / f"{service}.tally.json"


def _together(tallies: Iterable[dict[str, Any]]) -> dict[str, Any]:
    counts: Counts = Counter()
    users: set[str] = set()
    for tally in tallies:
        counts.update(tally.get("counts", {}))
        users.update(tally.get("users", ()))
    return {"counts": counts, "users": sorted(users)}
