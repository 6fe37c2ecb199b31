"""HTTP interfaces around alerts: paths and raw answers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.backends.http import Backend

_ALERTS = "/api/v2/alerts"
_METRICS = "/metrics"
_MESSAGES = "/messages"
_COUNTED = re.compile(
    r'alertmanager_notification_requests(_failed)?_total\{[^}]*integration="(\w+)"[^}]*\} ([0-9.e+]+)', re.ASCII
)


class RulesClient:
    """What evaluates rules: Prometheus, and Loki's ruler, which answers like it below a prefix."""

    def __init__(self, backend: Backend, prefix: str = "") -> None:
        self.backend = backend
        self._path = f"{prefix}/api/v1/rules"

    def rules(self) -> list[Any]:
        """The alerting rules; none where nothing evaluates any. Raises NotReady."""
        answer = self.backend.get(self._path, {"type": "alert"}, missing=True)
        if answer is None:
            return []
        with self.backend.understanding(self._path):
            groups = json.loads(answer)["data"]["groups"]
            return [rule for group in groups for rule in group["rules"] if rule["type"] == "alerting"]

    def understanding(self) -> Any:
        """Around what reads a rule."""
        return self.backend.understanding(self._path)


class AlertmanagerClient:
    """What Alertmanager is asked and told. Every method raises NotReady when it does not answer as it should."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def alerts(self) -> list[Any]:
        """Those it has, whether or not it sends them."""
        found = self.backend.get_json(_ALERTS)
        with self.backend.understanding(_ALERTS):
            return list(found)

    def post(self, alerts: Sequence[Any]) -> None:
        """Have it take alerts, as they are now. The same ones again change nothing."""
        self.backend.send_json(_ALERTS, alerts)

    def requests(self) -> dict[str, tuple[int, int]]:
        """How often it asked each kind of channel to take a message, and how often that failed."""
        text = (self.backend.get(_METRICS) or b"").decode("utf-8", "replace")
        counts: dict[str, tuple[int, int]] = {}
        with self.backend.understanding(_METRICS):
            for failed, kind, value in _COUNTED.findall(text):
                times, so_far = counts.get(kind, (0, 0))
                number = int(float(value))
                counts[kind] = (times, so_far + number) if failed else (times + number, so_far)
        return counts

    def understanding(self) -> Any:
        """Around what reads an alert."""
        return self.backend.understanding(_ALERTS)


class InboxClient:
    """What the inbox is asked."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def messages(self, since_ns: int) -> list[Any]:
        """What came since then (Unix nanoseconds). Raises NotReady."""
        answer = self.backend.get(_MESSAGES, {"since": str(max(0, since_ns))}) or b""
        with self.backend.understanding(_MESSAGES):
            return [json.loads(line) for line in answer.splitlines()]

    def understanding(self) -> Any:
        """Around what reads a message."""
        return self.backend.understanding(_MESSAGES)
