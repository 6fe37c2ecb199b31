"""A rule as Prometheus, Loki and the embedded engine evaluate it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.alert import Severity
    from phoenix_dev.signals.indicator import Group, Source


@dataclass(frozen=True, slots=True)
class LogCondition:
    """What a rule of source `log` says, for who has no LogQL: within the last `window_s` seconds a service logged more
    than `bound` records of this severity number at least. It has one label, `service_name`; its value is their number.
    """

    min_severity: int
    window_s: float
    bound: float


@dataclass(frozen=True, slots=True)
class AlertRule:
    """`expression` has an answer for each set of labels whose value is beyond the bound; after `for_s` seconds of that
    an alert fires. `annotations` may name `{{ $labels.NAME }}` and `{{ $value }}` (signals/annotations.py).

    `log` is given for source `log`, whose expression is LogQL; all others are PromQL.
    """

    alert: str
    severity: Severity
    expression: str
    for_s: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    indicator: str
    source: Source
    group: Group
    log: LogCondition | None = None


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """`expression` is kept as the series `record`."""

    record: str
    expression: str
    labels: Mapping[str, str]
