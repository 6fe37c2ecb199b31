"""Indicators that settings add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phoenix_dev.signals.durations import filled
from phoenix_dev.signals.indicator import Indicator
from phoenix_dev.signals.names import OVERVIEW_DASHBOARD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.signals.indicator import Level, Unit

#: How often a metric may come that nobody knows (seconds).
_SAMPLED_S = 15
#: Where PromQL and templates name labels: in groupings and matchings, in matchers, behind `$labels`. A name too many
#: does no harm: alerts of one indicator that are about one thing have all labels in common.
_NAMING = re.compile(
    r"\b(?:by|on|group_left|group_right)\s*\([^()]*\)|\b[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*[\"'`]|\$labels\.\w+", re.ASCII
)
_LABEL = re.compile(r"[a-zA-Z_]\w*", re.ASCII)
_NO_LABELS = {"by", "on", "group_left", "group_right", "labels", "__name__", "le"}
_RUNBOOK = """\
1. `phoenix-dev config`: what phoenix-dev.yaml says of it.
2. `phoenix-dev metrics query EXPRESSION`: what it is for each set of labels, and has been.
3. `phoenix-dev trace last-error`: does something fail at the same time?
"""


def own_indicator(
    name: str,
    expression: str,
    levels: tuple[Level, ...],
    *,
    above: bool,
    unit: Unit = "count",
    labels: tuple[str, ...] = (),
    summary: str = "",
) -> Indicator:
    """An indicator of the user's own: what settings leave out is filled in. `expression` is right (why_no_expression),
    and so is `summary` (annotations.why_wrong).
    """
    title = name.replace("_", " ")
    told = "".join(f"{{{{ $labels.{label} }}}}: " for label in labels)
    return Indicator(
        name=name,
        alert=alert_name(name),
        title=title.capitalize(),
        group="own",
        source="metric",
        unit=unit,
        expression=expression.strip(),
        labels=labels,
        levels=levels,
        summary=summary or f"{told}{title} is {{{{ $value }}}}",
        description=f"What phoenix-dev.yaml calls {name} is {{{{ $value }}}}.",
        runbook=_RUNBOOK,
        dashboard=OVERVIEW_DASHBOARD,
        above=above,
        sampled_s=_SAMPLED_S,
    )


def alert_name(name: str) -> str:
    """`queue_depth` is told as `QueueDepth`."""
    return "".join(part.capitalize() for part in name.split("_"))


def own_labels(indicators: Iterable[Indicator]) -> tuple[str, ...]:
    """The labels that tell alerts of these indicators apart: those that are declared, and those that an expression or a
    text names, since whoever declares none has series with labels all the same.
    """
    named = (
        name
        for one in indicators
        for text in (one.expression, one.summary)
        for found in _NAMING.finditer(text)
        for name in _LABEL.findall(found[0])
    )
    declared = (name for one in indicators for name in one.labels)
    return tuple(sorted({*declared, *named} - _NO_LABELS))


def why_no_expression(text: str) -> str:
    """Why a text is no expression of PromQL that could be compared with a bound; empty when it is one.

    It stands in parentheses in a rule, so it must be one by itself and there.
    """
    import promql_parser

    from phoenix_dev.promql.tokens import refuse_what_breaks_the_parser
    from phoenix_dev.stores.expressions import WrongExpression

    expression = filled(text.strip(), _SAMPLED_S, 1)
    for tried in (expression, f"({expression}) > 0"):
        try:
            refuse_what_breaks_the_parser(tried)
            promql_parser.parse(tried)
        except WrongExpression as error:
            return error.message
        except ValueError as error:
            return str(error).replace("\n", " ") or "it is no PromQL"
    return ""
