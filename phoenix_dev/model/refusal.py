"""What the receiver turned away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Protocol = Literal["http", "grpc", ""]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Exports turned away for one reason. `signal` is traces, logs, metrics or empty; `service` is the one that sent
    the latest, empty where it could not be read; `services` all that could be, at most twenty, the latest last.

    `protocol` is empty for what was taken and then dropped on its way to where it is kept; `count` is then 0.
    `items` counts the spans, records or points refused for good, where they could be counted; `count` the exports.
    `first_ns` and `last_ns` are the times of the first and the latest (Unix nanoseconds), `peer` is the address the
    latest came from. The texts come from the sender: bounded in length, otherwise as sent.
    """

    protocol: Protocol
    signal: str
    reason: str
    service: str
    items: int
    count: int
    first_ns: int
    last_ns: int
    peer: str = ""
    services: tuple[str, ...] = ()
