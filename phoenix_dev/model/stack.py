"""What runs, as `up` and `status` show it. Empty strings, zero and None stand for "not known" or "not given"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phoenix_dev.model.refusal import Refusal
    from phoenix_dev.model.service import ServiceActivity

StackState = Literal["running", "stopped", "degraded"]
ComponentState = Literal["running", "starting", "stopped"]
Health = Literal["", "healthy", "unhealthy"]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a stack takes telemetry and shows it, as URLs; what it does not offer (or does not yet know) is empty.

    From `jaeger` on: the parts of a stack that has these, `jaeger_errors` with its base path.
    """

    otlp_grpc: str = ""
    otlp_http: str = ""
    ui: str = ""
    jaeger: str = ""
    jaeger_errors: str = ""
    loki: str = ""
    prometheus: str = ""
    alertmanager: str = ""
    inbox: str = ""
    grafana: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a stack. `memory_bytes` is what it holds resident; `detail` is one line for people.

    `restarts` and `data_bytes` (what it keeps on disk) are None for a part that knows neither.
    """

    name: str
    state: ComponentState
    health: Health = ""
    memory_bytes: int = 0
    detail: str = ""
    restarts: int | None = None
    data_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """What retention removed of one service lately; `service` is empty where it went by age, whoever's it was.

    `bytes` as kept on disk; `last_ns` is when (Unix nanoseconds, to the minute).
    """

    service: str
    reason: Literal["age", "size"]
    traces: int
    error_traces: int
    bytes: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class StoredData:
    """What is kept on disk: where, how many bytes, and the time of the oldest piece (Unix nanoseconds).

    `limit_bytes` is what it may take, 0 where no limit holds for all of it; `removed` covers the last day.
    """

    path: str = ""
    size_bytes: int = 0
    oldest_ns: int | None = None
    limit_bytes: int = 0
    removed: tuple[Removal, ...] = ()


@dataclass(frozen=True, slots=True)
class StackStatus:
    """A stack at one moment. `received` covers the last hour, `since_ns` is when it became ready (Unix nanoseconds).

    `degraded` means: it runs, and a component that is unhealthy says in its detail what is wrong.
    """

    runtime: str
    profile: str
    project: str
    state: StackState
    endpoints: Endpoints = Endpoints()
    components: tuple[Component, ...] = ()
    since_ns: int | None = None
    data: StoredData = StoredData()
    received: tuple[ServiceActivity, ...] = ()
    refused: tuple[Refusal, ...] = ()
