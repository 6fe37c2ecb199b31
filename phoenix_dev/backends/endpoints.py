"""Where the systems that keep the telemetry answer, and how long they keep it."""

from __future__ import annotations

from dataclasses import dataclass, field

from phoenix_dev.backends.windows import Reach


@dataclass(frozen=True, slots=True)
class RemoteEndpoints:
    """Base URLs, without a slash at their end.

    `jaeger_errors` is the store that keeps traces with an error longer, with its base path (`…:16688/errors`); empty
    where there is none. `reach`: how long what is kept. `sampled`: of traces in which all went well, only some are.
    `alertmanager` and `inbox`: what sends alerts, and what would have been sent; empty where they were left out.
    """

    jaeger: str
    loki: str
    prometheus: str
    jaeger_errors: str = ""
    alertmanager: str = field(default="", kw_only=True)
    inbox: str = field(default="", kw_only=True)
    reach: Reach = field(default_factory=Reach, kw_only=True)
    sampled: bool = field(default=False, kw_only=True)
