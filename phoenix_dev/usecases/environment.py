"""`env`: the variables with which an OpenTelemetry SDK sends everything to the running stack, and soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from phoenix_dev.runtime.protocol import Runtime

#: What does not depend on the stack. Names and values: OpenTelemetry specification, "Environment Variable
#: Specification" and "OTLP Exporter Configuration".
_ALWAYS = {
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_LOGS_EXPORTER": "otlp",
    # The default, parentbased_always_on, obeys a caller that decided against sampling; here nothing is left out.
    "OTEL_TRACES_SAMPLER": "always_on",
    "OTEL_PROPAGATORS": "tracecontext,baggage",
    # The defaults hold spans back for 5 s, logs for 1 s and metrics for 60 s: too long for someone who is waiting.
    "OTEL_BSP_SCHEDULE_DELAY": "200",
    "OTEL_BLRP_SCHEDULE_DELAY": "200",
    "OTEL_METRIC_EXPORT_INTERVAL": "5000",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "8192",
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "cumulative",
    "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=development",
}


#: How a container on the stack's network reaches the collector (compose/compose.yaml: the service's name and port).
_COLLECTOR_INSIDE = "http://otel-collector:4318"


def environment(otlp_http: str) -> dict[str, str]:
    """The variables for an application; `otlp_http` is the base URL at which the stack takes OTLP over HTTP."""
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp_http,
        # Protobuf over HTTP is what the specification recommends as default and most SDKs speak with the fewest further
        # packages; gRPC often is a dependency of its own, and an SDK without it would fail at start.
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        **_ALWAYS,
    }


def stack_environment(runtime: Runtime, *, inside_container: bool) -> dict[str, str]:
    """The variables for an application on this machine, or in a container that has joined the stack's network.

    Raises NotReady when the stack does not run, or no container can reach it.
    """
    endpoints = runtime.endpoints()
    if not inside_container:
        return environment(endpoints.otlp_http)
    if runtime.name != "compose":
        raise NotReady(
            "the embedded runtime listens on loopback only, which no container reaches",
            hint="phoenix-dev down && phoenix-dev up --runtime compose",
        )
    return environment(_COLLECTOR_INSIDE)
