"""The effective settings, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from phoenix_dev.settings.units import age_in_ns, size_in_bytes
from phoenix_dev.signals.tuning import CRITICAL_SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.alert import Severity
    from phoenix_dev.settings.keys import Value
    from phoenix_dev.signals.indicator import Indicator
    from phoenix_dev.signals.tuning import Slo, Tuning

#: What is kept for a time of its own.
Kept = Literal["traces", "error_traces", "logs", "metrics"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from; `place` is the flag, the variable, or `file:line`, empty for a default."""

    kind: Literal["flag", "variable", "file", "default"]
    place: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.place}".rstrip()


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the stack is to listen, on loopback (1-65535)."""

    otlp_grpc: int = 4317
    otlp_http: int = 4318
    ui: int = 4319
    jaeger: int = 16686
    jaeger_errors: int = 16688
    loki: int = 3100
    prometheus: int = 9090
    alertmanager: int = 9093
    inbox: int = 9095
    grafana: int = 3000
    infrastructure: int = 13133


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept (`7d`, `4w`), and how much at most (`2GiB`): as it was written, and as numbers."""

    traces: str = "7d"
    error_traces: str = "30d"
    logs: str = "7d"
    metrics: str = "15d"
    size: str = "2GiB"

    def age_ns(self, kept: Kept) -> int:
        """How long this is kept (nanoseconds)."""
        text: str = getattr(self, kept)
        return age_in_ns(text)

    @property
    def size_bytes(self) -> int:
        """How much is kept at most."""
        return size_in_bytes(self.size)


@dataclass(frozen=True, slots=True)
class Images:
    """Where images come from: `registry` is a mirror, empty for the usual ones."""

    registry: str = ""


@dataclass(frozen=True, slots=True)
class Email:
    """Who gets the summaries (`to`, `from_`: addresses), and the mail server that sends them (`host:port`)."""

    to: str = ""
    from_: str = ""
    smarthost: str = ""
    user: str = ""
    password_file: str = ""


@dataclass(frozen=True, slots=True)
class Alerts:
    """Who hears of alerts, and how soon. What is a file holds a secret (absolute paths); empty: that channel is not set
    up, and the inbox takes its place.
    """

    slack_url_file: str = ""
    pagerduty_key_file: str = ""
    group_wait: str = "10s"
    group_interval: str = "1m"
    repeat_interval: str = "4h"
    email: Email = field(default_factory=Email)


@dataclass(frozen=True, slots=True)
class Logs:
    """Logs that do not come by OTLP: `files` are absolute patterns, as glob has them, `containers` names."""

    files: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A command of `run`: its name, also its service's; the folder it runs in (absolute); variables of its own."""

    name: str
    argv: tuple[str, ...]
    dir: str
    env: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service of `services`: its name in telemetry, and the base URL that it answers at, no slash at its end."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """A check of `checks`: what is asked, and what is expected: a status of `expect_status` (`200`, `2xx`) within
    `max_duration_ns`, and a body in which `expect_body` is found. `service` is a name of `services` or empty; `url` is
    whole.
    """

    name: str
    service: str
    url: str
    path: str
    method: str
    headers: tuple[tuple[str, str], ...]
    body: str
    expect_status: tuple[str, ...]
    expect_body: str
    max_duration_ns: int
    interval_ns: int


@dataclass(frozen=True, slots=True)
class ThresholdEntry:
    """Of `thresholds` those of one indicator, in its unit."""

    indicator: str
    bounds: tuple[tuple[Severity, float], ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """The effective settings. `origins` names, by setting (`ports.otlp_grpc`), where each value came from."""

    project: str = "phoenix"
    runtime: str = "auto"
    profile: str = "development"
    ports: Ports = field(default_factory=Ports)
    retention: Retention = field(default_factory=Retention)
    images: Images = field(default_factory=Images)
    alerts: Alerts = field(default_factory=Alerts)
    logs: Logs = field(default_factory=Logs)
    run: tuple[RunEntry, ...] = ()
    services: tuple[ServiceEntry, ...] = ()
    checks: tuple[CheckEntry, ...] = ()
    critical_services: tuple[str, ...] = CRITICAL_SERVICES
    thresholds: tuple[ThresholdEntry, ...] = ()
    slos: tuple[Slo, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)

    @property
    def tuning(self) -> Tuning:
        """What they change about the indicators."""
        from phoenix_dev.signals.tuning import Tuning

        bounds = {entry.indicator: dict(entry.bounds) for entry in self.thresholds}
        return Tuning(bounds, self.critical_services, self.slos, self.indicators)

    def value(self, name: str) -> Value:
        """The value of a setting by its name, as in `ports.otlp_grpc`."""
        from operator import attrgetter

        found: Value = attrgetter(attribute_of(name))(self)
        return found

    def chosen(self, name: str) -> bool:
        """Whether the user named this setting anywhere, as opposed to its default."""
        origin = self.origins.get(name)
        return origin is not None and origin.kind != "default"


def attribute_of(name: str) -> str:
    """Where a setting lies in the values: a word that Python keeps for itself has a `_` at its end."""
    return f"{name}_" if name.endswith(".from") else name
