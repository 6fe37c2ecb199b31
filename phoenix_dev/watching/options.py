"""What the process is started with, as the one argument of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class WatchingOptions:
    """`home`: the project's state folder, `store` the telemetry in it. `endpoint`: the engine's base URL of OTLP/HTTP.
    `most_bytes` and `age_ms`: what is kept of series. `settings`: those that it goes by (settings.py), as text. `page`:
    the URL of the engine's page. `flush_s`: between two frames, and two evaluations; `look_s`: between two looks at the
    machine, the services and the engine (seconds).
    """

    home: Path
    store: Path
    endpoint: str
    profile: str
    most_bytes: int
    age_ms: int
    settings: str = ""
    page: str = ""
    flush_s: float = 5.0
    look_s: float = 15.0

    def to_argument(self) -> str:
        """The options as text."""
        return json.dumps({**asdict(self), "home": str(self.home), "store": str(self.store)})

    @classmethod
    def from_argument(cls, text: str) -> Self:
        """The options that `to_argument` wrote."""
        given = json.loads(text)
        return cls(**{**given, "home": Path(given["home"]), "store": Path(given["store"])})

    def page_for(self, annotations: Mapping[str, str], labels: Mapping[str, str]) -> str:  # noqa: ARG002 - one page
        """Where a person looks who is told of an alert."""
        return f"{self.page}/alerts"
