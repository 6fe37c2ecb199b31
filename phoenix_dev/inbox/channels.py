"""What Slack's webhooks and PagerDuty's Events API v2 take, and what they answer."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The longest field that is told back (characters): as long as a key of PagerDuty may be.
_LONGEST = 255


class Refused(Exception):
    """An answer that is no success: its status, and its body (a text, or what becomes JSON)."""

    def __init__(self, status: int, body: str | dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


#: What a message becomes when it is parsed takes many times its bytes: one at a time.
_PARSING = threading.Lock()


def _field(text: str, name: str) -> str | None:
    """A field of a JSON object, empty where it has none; None for what is no JSON object."""
    with _PARSING:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return str(found.get(name, ""))[:_LONGEST] if isinstance(found, dict) else None


def _slack(text: str) -> tuple[str, int, str]:
    if _field(text, "event_action") is None:
        raise Refused(400, "invalid_payload")
    return "slack", 200, "ok"


def _pagerduty(text: str) -> tuple[str, int, dict[str, Any]]:
    if _field(text, "event_action") not in ("trigger", "acknowledge", "resolve"):
        told = "event_action must be one of trigger, acknowledge, resolve"
        raise Refused(400, {"status": "invalid event", "message": "Event object is invalid", "errors": [told]})
    key = _field(text, "dedup_key")
    return "pagerduty", 202, {"status": "success", "message": "Event processed", "dedup_key": key}


#: By path: channel, status and answer for what was posted there. Raises Refused.
TAKEN: Mapping[str, Callable[[str], tuple[str, int, str | dict[str, Any]]]] = {
    "/slack": _slack,
    "/v2/enqueue": _pagerduty,
}
