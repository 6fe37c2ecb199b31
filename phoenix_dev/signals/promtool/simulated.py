"""What series make an indicator have a value: beside what it counts always something that it must not count."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from phoenix_dev.signals import names
from phoenix_dev.signals.promtool.case import STEP_S, Input

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: An instant query finds a sample of this age still (seconds; Prometheus, "Staleness").
LOOK_BACK_S = 300
WINDOW_S = 60
_ENDLESS = float("inf")


@dataclass(frozen=True, slots=True)
class Simulation:
    """How to make an indicator have a value, for as long as the series go on.

    `subjects`: the labels of its alerts at that value. There is a value from `begins_s` on (seconds), it is this one
    from `settles_s` on, and there is none `lingers_s` after what is measured has stopped.
    """

    inputs: Callable[[float], tuple[Input, ...]]
    subjects: Callable[[float], tuple[Mapping[str, str], ...]]
    begins_s: int
    lingers_s: int = WINDOW_S
    settles_s: int = 0


def always(**labels: str) -> Callable[[float], tuple[Mapping[str, str], ...]]:
    """One subject, whatever the value."""
    return lambda _: (labels,)


def _requests(failed: float) -> tuple[Input, ...]:
    spans = f'{names.CALLS}{{service_name="api", span_name="GET /",'
    return (
        Input(f'{spans} span_kind="SPAN_KIND_SERVER", status_code="STATUS_CODE_UNSET"}}', step=600 * (1 - failed)),
        Input(f'{spans} span_kind="SPAN_KIND_CONSUMER", status_code="STATUS_CODE_OK"}}', step=400 * (1 - failed)),
        Input(f'{spans} span_kind="SPAN_KIND_SERVER", status_code="STATUS_CODE_ERROR"}}', step=1000 * failed),
        Input(f'{spans} span_kind="SPAN_KIND_CLIENT", status_code="STATUS_CODE_ERROR"}}', step=5000),
    )


def _durations(p95_s: float) -> tuple[Input, ...]:
    """As many requests below the bucket of this duration, or above it, that the quantile lies there: linear in it."""
    low, high = next(pair for pair in pairwise((0.0, *names.DURATION_BOUNDS_S)) if pair[0] < p95_s <= pair[1])
    place = (p95_s - low) / (high - low)
    below = max(0.0, (0.95 - place) / (1 - place)) if place < 1 else 0.0
    within = min(1.0, 0.95 / place)
    spans = f'{names.DURATIONS}{{service_name="api", span_name="GET /",'

    def up_to(bound: float) -> Input:
        share = 1.0 if bound == _ENDLESS else within if bound >= high else below if bound == low else 0.0
        return Input(f'{spans} span_kind="SPAN_KIND_SERVER", le="{_bound(bound)}"}}', step=share * 10_000)

    slow_calls = Input(f'{spans} span_kind="SPAN_KIND_CLIENT", le="+Inf"}}', step=90_000)
    return (*map(up_to, (*names.DURATION_BOUNDS_S, _ENDLESS)), slow_calls)


def _bound(seconds: float) -> str:
    return "+Inf" if seconds == _ENDLESS else f"{seconds:g}"


def _llm(failed: float) -> tuple[Input, ...]:
    calls = f'{names.LLM_OPERATIONS}{{service_name="llm-service", gen_ai_request_model="large"'
    return (
        Input(f"{calls}}}", step=1000 * (1 - failed)),
        Input(f'{calls}, error_type="timeout"}}', step=1000 * failed),
        Input(f'{names.LLM_OPERATIONS}{{service_name="other"}}', step=10),
    )


_BREAKERS = (("orchestrator", "llm-service"), ("data-router", "knowledge-base"), ("data-router", "tool-service"))


def _breakers(open_ones: float) -> tuple[Input, ...]:
    """So many are open, each told of by two instances: a breaker of two instances is one."""
    return tuple(
        Input(
            f'{names.BREAKER_STATE}{{service_name="{service}", breaker="{name}", state="{state}", instance="{one}"}}',
            first=float((state == "open") == (position < open_ones)),
        )
        for position, (service, name) in enumerate(_BREAKERS)
        for state in ("open", "closed")
        for one in (1, 2)
    )


def _open_breakers(open_ones: float) -> tuple[Mapping[str, str], ...]:
    return tuple({"service_name": service, "breaker": breaker} for service, breaker in _BREAKERS[: int(open_ones)])


def _health(healthy: float) -> tuple[Input, ...]:
    return (
        Input(f'{names.HEALTH}{{service_name="api", endpoint="readiness"}}', first=healthy),
        Input(f'{names.HEALTH}{{service_name="api", endpoint="liveness"}}', first=1),
        Input(f'{names.HEALTH}{{service_name="never-started", endpoint="liveness"}}', first=0),
    )


def _checks(well: float) -> tuple[Input, ...]:
    check = f'{names.CHECK_STATUS}{{check="front-page", service_name="infrastructure", expectation='
    return (Input(f'{check}"answer"}}', first=1), Input(f'{check}"body"}}', first=well))


def _cpu(busy: float) -> tuple[Input, ...]:
    parts = {"user": busy / 2, "system": busy / 2, "idle": (1 - busy) / 2, "wait": (1 - busy) / 2}
    return tuple(
        Input(f'{names.CPU}{{host_name="drill", cpu="{cpu}", state="{state}"}}', first=share)
        for cpu in ("cpu0", "cpu1")
        for state, share in parts.items()
    )


def _memory(used: float) -> tuple[Input, ...]:
    states = {"used": used, "cached": 1 - used, "free": 0.0}
    return tuple(
        Input(f'{names.MEMORY}{{host_name="drill", state="{state}"}}', first=share) for state, share in states.items()
    )


def _disk(free: float) -> tuple[Input, ...]:
    disk = f'{names.FILESYSTEM}{{host_name="drill", type="ext4",'
    return (
        Input(f'{disk} device="/dev/vda", mode="rw", mountpoint="/data"}}', first=1 - free),
        Input(f'{disk} device="/dev/vdb", mode="rw", mountpoint="/empty"}}', first=0),
        Input(f'{disk} device="/dev/sr0", mode="ro", mountpoint="/media"}}', first=1),
    )


def _core_part(answers: float) -> tuple[Input, ...]:
    return (
        Input('up{job="jaeger", instance="jaeger:8888"}', first=answers),
        Input('up{job="loki", instance="loki:3100"}', first=1),
        Input('up{job="services", instance="localhost:8001"}', first=0),
    )


def _optional_part(answers: float) -> tuple[Input, ...]:
    return (
        Input('up{job="grafana", instance="grafana:3000"}', first=answers, before=(1.0,)),
        Input('up{job="alertmanager", instance="alertmanager:9093"}', first=0),
    )


def _refused(per_s: float) -> tuple[Input, ...]:
    return (
        Input(f'{names.REFUSED[1]}{{job="otel-collector", receiver="otlp", transport="http"}}', step=per_s * STEP_S),
        Input(f'{names.REFUSED[0]}{{job="otel-collector", receiver="otlp", transport="http"}}'),
        Input(f'{names.REFUSED[0]}{{job="jaeger", receiver="otlp/normal", transport="grpc"}}', step=9),
    )


def _dropped(per_s: float) -> tuple[Input, ...]:
    return (
        Input(f'{names.SEND_FAILED[2]}{{job="otel-collector", exporter="prometheus"}}', step=per_s * STEP_S),
        Input(f'{names.DISCARDED_LOGS}{{job="loki", reason="rate_limited"}}', step=per_s * STEP_S),
        Input(f'{names.SEND_FAILED[0]}{{job="jaeger", exporter="normal"}}', step=9),
    )


def _of_both(per_s: float) -> tuple[Mapping[str, str], ...]:
    return ({"exporter": "prometheus"}, {"reason": "rate_limited"}) if per_s else ()


def _queue(waiting: float) -> tuple[Input, ...]:
    queue = f'{names.QUEUE_SIZE}{{job="otel-collector", data_type="logs", exporter='
    return (Input(f'{queue}"loki"}}', first=waiting), Input(f'{queue}"other"}}', first=90_000, step=-1, lasts=True))


#: A rate begins with the second sample.
_RATE_S = STEP_S

SIMULATIONS: Mapping[str, Simulation] = {
    "service_error_rate": Simulation(_requests, always(service_name="api"), _RATE_S),
    "api_latency_p95": Simulation(_durations, always(service_name="api"), _RATE_S),
    "llm_failure_rate": Simulation(_llm, always(service_name="llm-service"), _RATE_S),
    "circuit_breaker": Simulation(_breakers, _open_breakers, 0),
    "health": Simulation(_health, always(service_name="api", endpoint="readiness"), 0),
    "synthetic_check": Simulation(_checks, always(check="front-page"), 0, LOOK_BACK_S),
    "cpu": Simulation(_cpu, always(host_name="drill"), 0),
    "memory": Simulation(_memory, always(host_name="drill"), 0),
    "disk": Simulation(_disk, always(host_name="drill", mountpoint="/data"), 0),
    "core_part": Simulation(_core_part, always(job="jaeger", instance="jaeger:8888"), 0, LOOK_BACK_S),
    "optional_part": Simulation(_optional_part, always(job="grafana", instance="grafana:3000"), STEP_S, LOOK_BACK_S),
    "telemetry_refused": Simulation(_refused, always(receiver="otlp"), _RATE_S, settles_s=WINDOW_S),
    "telemetry_dropped": Simulation(_dropped, _of_both, _RATE_S, settles_s=WINDOW_S),
    "export_queue": Simulation(_queue, always(exporter="loki", data_type="logs"), WINDOW_S, LOOK_BACK_S),
}
