"""Asks a running engine about itself, over its own HTTP port."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phoenix_dev.runtime.record import EngineRecord

_PATIENCE_S = 2.0


def ask_engine(record: EngineRecord, patience_s: float = _PATIENCE_S) -> dict[str, Any] | None:
    """What the engine of a record says; None when it does not answer, or another process answers on its port."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", record.http_port, timeout=patience_s)
    try:
        connection.request("GET", "/status")
        answer = connection.getresponse()
        facts = json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return facts if isinstance(facts, dict) and facts.get("pid") == record.pid else None
