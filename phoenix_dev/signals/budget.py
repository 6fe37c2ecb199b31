"""What `slo` asks: how many requests there were that a promise is about, and how many of them were bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.quoted import quoted
from phoenix_dev.signals.figures import filled, grown
from phoenix_dev.signals.measures import labels
from phoenix_dev.signals.names import CALLS, DURATIONS, FAILED, NOT_FAILED, REQUESTS

if TYPE_CHECKING:
    from phoenix_dev.signals.tuning import Slo

#: Up to here each request is counted; over a longer time `increase`, which reads the samples once, is near enough.
_EXACT_NS = 86_400 * 10**9


def requests(slo: Slo, window_ns: int) -> str:
    """How many there were within a time."""
    return _counted(f"{CALLS}{labels(*_of(slo))}", window_ns)


def part(slo: Slo, window_ns: int) -> str:
    """How many of them failed; of a promise with a latency, how many were good (see `counts_good`)."""
    if counts_good(slo):
        return _counted(f"{DURATIONS}{labels(*_of(slo), NOT_FAILED, within(slo.latency_s))}", window_ns)
    return _counted(f"{CALLS}{labels(*_of(slo), FAILED)}", window_ns)


def counts_good(slo: Slo) -> bool:
    """Whether `part` counts good requests and not bad ones: a histogram tells what was fast enough, not what failed."""
    return slo.latency_s > 0


def began(slo: Slo, step_ns: int) -> str:
    """Something for each step in which there are any counts, however old."""
    return filled(f"count(last_over_time({CALLS}{labels(*_of(slo))}[{{window}}]))", window_ns=step_ns)


def within(latency_s: float) -> str:
    """A matcher of the bucket of what took no longer; `latency_s` is the end of one (names.DURATION_BOUNDS_S)."""
    return f"le={quoted(f'{latency_s:g}')}"


def _of(slo: Slo) -> tuple[str, ...]:
    return (f"service_name={quoted(slo.service)}", REQUESTS) if slo.service else (REQUESTS,)


def _counted(series: str, window_ns: int) -> str:
    counted = grown(series) if window_ns <= _EXACT_NS else f"increase({series}[{{window}}])"
    return filled(f"sum({counted})", window_ns=window_ns)
