"""Asks a running engine about itself, over its own HTTP port, and reads what it answers."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def refusals_in(facts: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """What an engine says it turned away; nothing when it is of a version that tells it in another way."""
    names = [field.name for field in fields(Refusal)]
    try:
        told = [Refusal(**{name: one[name] for name in names if name in one}) for one in facts["refused"]]
        return tuple(replace(one, services=tuple(one.services)) for one in told)
    except (KeyError, TypeError):
        return ()
