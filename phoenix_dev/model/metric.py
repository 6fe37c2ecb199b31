"""One point of one metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import Attributes

MetricKind = Literal["gauge", "sum", "histogram", "exponential_histogram", "summary"]


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """A value at a time (Unix nanoseconds). For histograms and summaries `value` is the sum and `count` the number of
    measurements.

    `unit` is a UCUM code as sent.
    """

    time_ns: int
    service: str
    name: str
    unit: str
    kind: MetricKind
    value: float
    count: int
    attributes: Attributes
    resource: Attributes
