"""Where the systems that keep the telemetry answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoteEndpoints:
    """Base URLs, without a slash at their end.

    `jaeger_errors` is the store that keeps traces with an error longer, with its base path (`…:16688/errors`); empty
    where there is none.
    """

    jaeger: str
    loki: str
    prometheus: str
    jaeger_errors: str = ""
