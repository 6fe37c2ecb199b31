"""The metrics of requirement R13, by name, unit and attributes."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from opentelemetry.metrics import CallbackOptions, Observation

from phoenix_dev.demo.breaker import STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry.metrics import Counter, Histogram, Meter

    from phoenix_dev.demo.breaker import State

# Bucket boundaries as the semantic conventions advise for HTTP servers and for generative AI clients.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_MODEL_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)


def request_duration(meter: Meter) -> Histogram:
    """Requests, errors and duration of every endpoint."""
    return _duration(meter, "http.server.request.duration", "Duration of HTTP server requests.")


def knowledge_duration(meter: Meter) -> Histogram:
    """Queries of the knowledge base."""
    return _duration(meter, "phoenix.knowledge_base.query.duration", "Duration of knowledge base queries.")


def tool_duration(meter: Meter) -> Histogram:
    """Executions of tools."""
    return _duration(meter, "phoenix.tool.execution.duration", "Duration of tool executions.")


def model_duration(meter: Meter) -> Histogram:
    """Calls of the model."""
    return meter.create_histogram(
        "gen_ai.client.operation.duration",
        "s",
        "Duration of calls to the model.",
        explicit_bucket_boundaries_advisory=_MODEL_SECONDS,
    )


def model_tokens(meter: Meter) -> Histogram:
    """Tokens that went into the model and came out of it."""
    return meter.create_histogram(
        "gen_ai.client.token.usage",
        "{token}",
        "Tokens used by calls to the model.",
        explicit_bucket_boundaries_advisory=_TOKENS,
    )


def cache_requests(meter: Meter) -> Counter:
    """Look-ups in a cache."""
    return meter.create_counter("phoenix.cache.requests", "{request}", "Cache look-ups by result.")


def breaker_transitions(meter: Meter) -> Counter:
    """Changes of a circuit breaker's state; the attribute `state` is the one entered."""
    return meter.create_counter("phoenix.circuit_breaker.transitions", "{transition}", "Circuit breaker state changes.")


def observe_breaker(meter: Meter, breaker: str, state: Callable[[], State]) -> None:
    """The state of a circuit breaker: 1 for the current one, 0 for the others."""

    def observe(_: CallbackOptions) -> Iterable[Observation]:
        current = state()
        return [Observation(int(name == current), {"breaker": breaker, "state": name}) for name in STATES]

    meter.create_observable_gauge(
        "phoenix.circuit_breaker.state", [observe], "{breaker}", "Current circuit breaker state."
    )


def observe_users(meter: Meter, count: Callable[[], int]) -> None:
    """Users of the last minutes (`phoenix_dev.demo.users`)."""

    def observe(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(count())]

    meter.create_observable_gauge(
        "phoenix.users.active", [observe], "{user}", "Different users who sent a request within the last five minutes."
    )


def observe_process(meter: Meter, connections: Callable[[], int]) -> None:
    """CPU, memory and connections of this process."""
    import psutil

    process = psutil.Process()
    share = CpuShare(lambda: sum(process.cpu_times()[:2]), monotonic, psutil.cpu_count() or 1)

    def observe_cpu(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(share.read())]

    def observe_memory(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(process.memory_info().rss)]

    def observe_connections(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(connections())]

    meter.create_observable_gauge("process.cpu.utilization", [observe_cpu], "1", "Share of all CPUs this process used.")
    meter.create_observable_up_down_counter("process.memory.usage", [observe_memory], "By", "Resident memory.")
    meter.create_observable_up_down_counter(
        "phoenix.connections.active", [observe_connections], "{connection}", "Connections open to this service."
    )


class CpuShare:
    """CPU time used per time passed and CPU, between readings at least a second apart.

    Several readers ask at their own pace; without the second between them each would make the other's share a matter of
    chance.
    """

    def __init__(self, used: Callable[[], float], clock: Callable[[], float], cpus: int) -> None:
        self._used, self._clock, self._cpus = used, clock, cpus
        self._lock = Lock()
        self._last_used, self._last_time, self._share = used(), clock(), 0.0

    def read(self) -> float:
        """A share from 0 to 1."""
        with self._lock:
            passed = self._clock() - self._last_time
            if passed >= 1.0:
                used = self._used()
                self._share = min(1.0, max(0.0, used - self._last_used) / passed / self._cpus)
                self._last_used, self._last_time = used, self._last_time + passed
            return self._share


def _duration(meter: Meter, name: str, description: str) -> Histogram:
    return meter.create_histogram(name, "s", description, explicit_bucket_boundaries_advisory=_SECONDS)
