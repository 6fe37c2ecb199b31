"""A check as whoever runs it needs it, and the file in which those of a project are put down for the engine."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phoenix_dev.processes.in_place import put_in_place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from phoenix_dev.settings import Settings

#: In the state folder of a project.
FILE_NAME = "checks.json"
#: Whose telemetry it is where a check is of no service.
NOBODY = "infrastructure"


@dataclass(frozen=True, slots=True)
class Check:
    """What is asked, of whom, how often, and what is expected: a status of `statuses` (`200`, `2xx`) within
    `max_duration_ns`, and a body that contains `contains`. `service` is empty where the settings name none.
    """

    name: str
    service: str
    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    statuses: tuple[str, ...] = ("2xx",)
    contains: str = ""
    max_duration_ns: int = 5 * 10**9
    interval_ns: int = 15 * 10**9

    @property
    def owner(self) -> str:
        """The service under whose name its metrics are kept."""
        return self.service or NOBODY

    @property
    def shown_url(self) -> str:
        """The URL as a metric bears it: without its query, which may hold a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    def expects(self, status: int) -> bool:
        """Whether a status is one of those that are expected."""
        return any(one in (str(status), f"{status // 100}xx") for one in self.statuses)


def checks_of(settings: Settings) -> tuple[Check, ...]:
    """The checks of the settings."""
    return tuple(
        Check(
            entry.name,
            entry.service,
            entry.url,
            entry.method,
            entry.headers,
            entry.body,
            entry.expect_status,
            entry.expect_body,
            entry.max_duration_ns,
            entry.interval_ns,
        )
        for entry in settings.checks
    )


def write_checks(home: Path, checks: Iterable[Check]) -> None:
    """Put down the checks of a project, for its user alone: headers hold secrets. Raises OSError."""
    path, listed = home / FILE_NAME, [asdict(check) for check in checks]
    if not listed:
        path.unlink(missing_ok=True)
        return
    put_in_place(path, json.dumps(listed).encode("ascii"))


def read_checks(home: Path) -> tuple[Check, ...]:
    """The checks that were put down; none where that cannot be read."""
    try:
        return tuple(_check(one) for one in json.loads((home / FILE_NAME).read_bytes()))
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def _check(one: dict[str, Any]) -> Check:
    headers = tuple((str(name), str(value)) for name, value in one.pop("headers"))
    return Check(headers=headers, statuses=tuple(one.pop("statuses")), **one)
