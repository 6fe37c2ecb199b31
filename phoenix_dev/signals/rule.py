"""A rule as Prometheus, Loki and the embedded engine evaluate it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.alert import Severity
    from phoenix_dev.signals.indicator import Source


@dataclass(frozen=True, slots=True)
class AlertRule:
    """`expression` has an answer for each set of labels whose value is beyond the bound; after `for_s` seconds of that
    an alert fires. `annotations` may name `{{ $labels.NAME }}` and `{{ $value }}` (signals/annotations.py).
    """

    alert: str
    severity: Severity
    expression: str
    for_s: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    indicator: str
    source: Source


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """`expression` is kept as the series `record`."""

    record: str
    expression: str
    labels: Mapping[str, str]
