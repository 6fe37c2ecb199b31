"""The parts of the real stack: their services, images, ports and addresses. Whoever needs one of these asks here.

compose/compose.yaml says the same to docker compose; tests/unit/runtime/compose/test_parts.py holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What compose labels everything of a project with.
PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
#: Before the name of a port: its number, for a part in the network of the host, where Docker publishes nothing.
PORT_LABEL = "dev.phoenix.port."


@dataclass(frozen=True, slots=True)
class Port:
    """A port that a part publishes on loopback: its name in the settings (`ports.<name>`), and the one inside."""

    name: str
    what: str
    inside: int

    @property
    def key(self) -> str:
        """The setting that names it."""
        return f"ports.{self.name}"

    @property
    def variable(self) -> str:
        """The variable of compose.yaml that takes it."""
        return f"PHOENIX_DEV_PORT_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `core`: without it there is no stack. `volume` is where it keeps data, if it does, as `user` (numbers).
    `on_host`: it listens on the host itself; its container says on which ports (PORT_LABEL). `beside`: the part without
    which it has nothing to do, and with which it is left out.
    """

    name: str
    title: str
    service: str
    image: str
    ports: tuple[Port, ...]
    volume: str
    user: str
    core: bool = True
    on_host: bool = False
    beside: str = ""

    def image_from(self, registry: str) -> str:
        """Its image, from a mirror when one is given."""
        return f"{registry}/{self.image}" if registry else self.image


COLLECTOR = Part(
    "collector",
    "the collector",
    "otel-collector",
    "otel/opentelemetry-collector-contrib:0.145.0",
    (Port("otlp_http", "OTLP/HTTP", 4318), Port("otlp_grpc", "OTLP/gRPC", 4317)),
    "queue",
    "10001:10001",
)
JAEGER = Part(
    "jaeger",
    "Jaeger",
    "jaeger",
    "jaegertracing/jaeger:2.13.0",
    (Port("jaeger", "Jaeger", 16686), Port("jaeger_errors", "Jaeger's store of errors", 16688)),
    "traces",
    "10001:10001",
)
LOKI = Part("loki", "Loki", "loki", "grafana/loki:3.7.8", (Port("loki", "Loki", 3100),), "logs", "10001:10001")
PROMETHEUS = Part(
    "prometheus",
    "Prometheus",
    "prometheus",
    "prom/prometheus:v3.16.0",
    (Port("prometheus", "Prometheus", 9090),),
    "metrics",
    "65534:65534",
)
ALERTMANAGER = Part(
    "alertmanager",
    "Alertmanager",
    "alertmanager",
    "prom/alertmanager:v0.33.1",
    (Port("alertmanager", "Alertmanager", 9093),),
    "alerts",
    "65534:65534",
    core=False,
)
INBOX = Part(
    "inbox",
    "the inbox of alerts",
    "inbox",
    # As the registry calls what everybody calls python:3.11-slim; a mirror knows it by this name alone.
    "library/python:3.11-slim",
    (Port("inbox", "The inbox of alerts", 9095),),
    "inbox",
    "65534:65534",
    core=False,
    beside=ALERTMANAGER.name,
)
GRAFANA = Part(
    "grafana",
    "Grafana",
    "grafana",
    "grafana/grafana:12.4.3",
    (Port("grafana", "Grafana", 3000),),
    "dashboards",
    "472:0",
    core=False,
)
INFRASTRUCTURE = Part(
    "infrastructure",
    "the infrastructure collector",
    "infrastructure",
    COLLECTOR.image,
    (Port("infrastructure", "The infrastructure collector", 13133),),
    "",
    "10001:10001",
    core=False,
    on_host=True,
)

PARTS = (COLLECTOR, JAEGER, LOKI, PROMETHEUS, ALERTMANAGER, INBOX, GRAFANA, INFRASTRUCTURE)
PORTS = tuple(port for part in PARTS for port in part.ports)
#: What may be left out by name.
OPTIONAL = tuple(part.name for part in PARTS if not (part.core or part.beside))


def wanted_parts(without: Iterable[str]) -> tuple[Part, ...]:
    """All parts but those left out by name, and what goes with them."""
    left_out = set(without)
    return tuple(part for part in PARTS if not {part.name, part.beside} & left_out)
