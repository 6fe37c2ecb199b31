"""An indicator: something worth watching, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Severity

#: What it is measured on.
Source = Literal["metric", "span", "log"]
#: "ratio" is 0 to 1; "s" seconds; "count" a number of things; "per_s" things a second.
Unit = Literal["ratio", "s", "count", "per_s", "bytes", "bool"]


@dataclass(frozen=True, slots=True)
class Level:
    """From when on a severity's alert fires: the value is beyond `bound` for `for_s` seconds without a break."""

    severity: Severity
    bound: float
    for_s: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something worth watching.

    `name` is its key in phoenix-dev.yaml (`thresholds`); `alert` the name of its alert, of every severity. `expression`
    gives its value for each set of `labels`, in PromQL (source `log`: LogQL), with `{window}` where a rate's window
    stands. `above`: whether values above the bound are the bad ones. `summary` and `description` may name
    `{{ $labels.NAME }}` and `{{ $value }}`, the latter formatted by the unit. `runbook` is what to do, in Markdown.
    """

    name: str
    alert: str
    title: str
    source: Source
    unit: Unit
    expression: str
    labels: tuple[str, ...]
    levels: tuple[Level, ...]
    summary: str
    description: str
    runbook: str
    dashboard: str
    above: bool = True
