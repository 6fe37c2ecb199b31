"""Values over time, as an expression of PromQL gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Series:
    """Labels (`__name__` too, where there is one) and samples by time: (Unix nanoseconds, value).

    Times are whole milliseconds, as PromQL has them. A scalar is a series without labels.
    """

    labels: Mapping[str, str]
    samples: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an expression gave: at `until_ns`, or from `since_ns` up to then every `step_ns` (Unix nanoseconds). At one
    time there is neither beginning nor step.
    """

    expression: str
    until_ns: int
    series: tuple[Series, ...]
    since_ns: int | None = None
    step_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A single measurement of a series, and the trace that it was made in. `trace_id`: 32 hexadecimal digits."""

    labels: Mapping[str, str]
    time_ns: int
    value: float
    trace_id: str
