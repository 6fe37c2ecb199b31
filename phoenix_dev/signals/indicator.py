"""An indicator: something worth watching, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from phoenix_dev.model.unit import Unit as Unit  # noqa: TC001 - whoever reads settings asks which there are

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Severity

#: What it is measured on.
Source = Literal["metric", "span", "log"]
#: What it is about: the user's services, the machine, the stack itself, what is new; what settings add: SLOs, others.
Group = Literal["services", "hosts", "stack", "changes", "slos", "own"]


@dataclass(frozen=True, slots=True)
class Level:
    """From when on a severity's alert fires: the value is beyond `bound` for `for_s` seconds without a break."""

    severity: Severity
    bound: float
    for_s: int


@dataclass(frozen=True, slots=True)
class LogCount:
    """What an indicator of source `log` counts: the records of each service within `{window}` whose severity number is
    this at least. The same is its `expression` in LogQL; who has no LogQL counts by this.
    """

    min_severity: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something worth watching.

    `name` is its key in phoenix-dev.yaml (`thresholds`); `alert` the name of its alert, of every severity. Indicators
    with one alert are rows of one kind whose severities look at different things; their levels do not overlap.

    `expression` gives its value for each set of `labels`, in PromQL (source `log`: LogQL). Where `{window}` stands, a
    rate's window comes; where another duration stands in braces (`{10m}`), that duration. Both become shorter in a
    drill, the window never so short that two samples, which come every `sampled_s` seconds, might not be in it.

    `above`: whether values above the bound are the bad ones. `summary` and `description` may name
    `{{ $labels.NAME }}` and `{{ $value }}`, the latter formatted by the unit. `runbook` is what to do, in Markdown:
    values of labels are not in it, since a command is copied and run. `dashboard` is the uid of the one to look at.
    """

    name: str
    alert: str
    title: str
    group: Group
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
    sampled_s: int = 15
    log: LogCount | None = None
