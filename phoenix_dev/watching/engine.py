"""What the engine says of itself, as series: whether it answers, what it refused, and what waits to be written.

They are called as the collector of the real stack calls its own, whose place the engine takes; the same rules hold.
"""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING, Any

from phoenix_dev.asking.fetch import Unfetched, fetch
from phoenix_dev.signals.names import QUEUE_SIZE, REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE_S, _MOST_BYTES = 2.0, 4 * 2**20
_WHO = {"job": "otel-collector", "instance": "engine"}
_SIGNALS = ("traces", "logs", "metrics")
_TRANSPORTS = ("http", "grpc")
#: Whether it answers.
UP_SERIES: tuple[Mapping[str, str], ...] = ({"__name__": "up", **_WHO},)
#: What it answers, in the order of `engine_values`.
ENGINE_SERIES: tuple[Mapping[str, str], ...] = (
    {"__name__": QUEUE_SIZE, **_WHO, "exporter": "store"},
    *(
        {"__name__": name, **_WHO, "receiver": "otlp", "transport": transport}
        for name in REFUSED
        for transport in _TRANSPORTS
    ),
)


def engine_values(endpoint: str) -> array[float] | None:
    """The values of the series of the engine at the base URL of OTLP/HTTP; None when it does not answer."""
    try:
        answer = fetch(f"{endpoint}/status", timeout_s=_PATIENCE_S, most_bytes=_MOST_BYTES)
        return _values(json.loads(answer.body))
    except (Unfetched, ValueError, LookupError, TypeError):
        return None


def _values(facts: Mapping[str, Any]) -> array[float]:
    counts = {(signal, transport): 0.0 for signal in _SIGNALS for transport in _TRANSPORTS}
    for one in facts["refused"]:
        # What could not be read so far as to know what it was counts as spans, what could not be counted as one.
        signal = one["signal"] if one["signal"] in _SIGNALS else "traces"
        if one["protocol"] in _TRANSPORTS:
            counts[signal, one["protocol"]] += one["items"] or one["count"]
    return array("d", [facts["queued_exports"], *counts.values()])
