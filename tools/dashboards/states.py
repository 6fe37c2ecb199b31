"""States over time: a line for each thing, a colour for each state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders import common as options
from grafana_foundation_sdk.builders import statetimeline
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import ValueMap, ValueMappingResult

from phoenix_dev.signals.names import BREAKER_STATE
from tools.dashboards import measured
from tools.dashboards.panels import Numbers, described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.models.common import DataSourceRef

    from tools.dashboards.links import Link
    from tools.dashboards.panels import Words
    from tools.dashboards.targets import Target

#: What 0 and 1 mean where something answers or does not; what is left out on purpose is no alarm.
ANSWERS = ValueMap(
    {
        "0": ValueMappingResult("no answer", "red", index=0),
        "1": ValueMappingResult("answers", "green", index=1),
    }
)
HEALTHY = ValueMap(
    {
        "0": ValueMappingResult("not healthy", "red", index=0),
        "1": ValueMappingResult("healthy", "green", index=1),
    }
)
#: Of a circuit breaker.
BREAKER = ValueMap(
    {
        "0": ValueMappingResult("closed", "green", index=0),
        "1": ValueMappingResult("half open", "yellow", index=1),
        "2": ValueMappingResult("open", "red", index=2),
    }
)


def breaker_states(*matchers: str) -> str:
    """A number for each circuit breaker, as BREAKER reads it."""
    by = "service_name, breaker"
    is_open = measured.value(BREAKER_STATE, *matchers, 'state="open"', by=by)
    half_open = measured.value(BREAKER_STATE, *matchers, 'state="half_open"', by=by)
    # Of several instances the worst counts.
    return f"clamp_max(2 * {is_open} + {half_open}, 2)"


def states(
    words: Words, source: DataSourceRef, target: Target, mapping: ValueMap, links: Sequence[Link] = ()
) -> statetimeline.Panel:
    """Numbers that stand for states, each with its word and colour."""
    panel = described(statetimeline.Panel(), words, source, Numbers("none", links, mappings=(mapping,)))
    drawn: statetimeline.Panel = (
        panel.with_target(target)
        .merge_values(True)
        .row_height(0.8)
        .fill_opacity(75)
        .line_width(0)
        .show_value(common.VisibilityMode.AUTO)
        .legend(
            options.VizLegendOptions()
            .show_legend(True)
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .calcs([])
        )
    )
    return drawn
