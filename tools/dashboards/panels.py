"""The kinds of panels there are. Each has a title, says what it means, has a unit, and words for when it is empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grafana_foundation_sdk.builders import common as options
from grafana_foundation_sdk.builders import logs, stat, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue, GridPos

from tools.dashboards import thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grafana_foundation_sdk.cog.builder import Builder
    from grafana_foundation_sdk.models import dashboard
    from grafana_foundation_sdk.models.common import DataSourceRef

    from tools.dashboards.links import Link
    from tools.dashboards.targets import Target

#: A unit of Grafana's list, as in grafana_foundation_sdk.models.units.
Unit = str


@dataclass(frozen=True, slots=True)
class Words:
    """What a panel says: its title, what its numbers mean, and what it shows instead while there are none."""

    title: str
    description: str
    empty: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A panel with its place's size on the grid of 24 columns.

    `may_be_empty`: why its queries may have no answer in a healthy system under traffic; empty when they must have one.
    """

    panel: Any
    width: int
    height: int
    may_be_empty: str = ""

    def at(self, x: int, y: int, number: int) -> Builder[dashboard.Panel]:
        """The panel in its place."""
        placed: Builder[dashboard.Panel] = self.panel.id(number).grid_pos(
            GridPos(h=self.height, w=self.width, x=x, y=y)
        )
        return placed


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the field it shows, its heading, unit, links and width in pixels."""

    field: str
    heading: str
    unit: Unit = "string"
    links: Sequence[Link] = ()
    width: int | None = None
    limits: tuple[float | None, float] | None = None
    mappings: Sequence[dashboard.ValueMapping] = ()

    def properties(self) -> list[DynamicConfigValue]:
        """What Grafana must know about the column."""
        known = [DynamicConfigValue("unit", self.unit)]
        if self.links:
            known.append(DynamicConfigValue("links", [link.build() for link in self.links]))
        if self.width is not None:
            known.append(DynamicConfigValue("custom.width", self.width))
        if self.limits:
            known.append(DynamicConfigValue("thresholds", thresholds.steps(*self.limits).build()))
        if self.mappings:
            known.append(DynamicConfigValue("mappings", list(self.mappings)))
        if self.limits or self.mappings:
            known.append(DynamicConfigValue("custom.cellOptions", common.TableColorTextCellOptions()))
        return known


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a panel shows its numbers."""

    unit: Unit
    links: Sequence[Link] = ()
    limits: tuple[float | None, float] | None = None
    ceiling: float | None = None
    mappings: Sequence[dashboard.ValueMapping] = ()
    colours: Mapping[str, str] = field(default_factory=dict)


def number(words: Words, source: DataSourceRef, target: Target, shown: Numbers) -> stat.Panel:
    """One number with its course behind it; where the query has several results, several beside each other."""
    return numbers(words, source, [target], shown)


def numbers(words: Words, source: DataSourceRef, targets: Sequence[Target], shown: Numbers) -> stat.Panel:
    """Several numbers beside each other."""
    panel = stat.Panel().graph_mode(common.BigValueGraphMode.AREA).color_mode(common.BigValueColorMode.VALUE)
    panel = described(panel, words, source, shown).targets(list(targets))
    if shown.mappings:
        panel = panel.graph_mode(common.BigValueGraphMode.NONE).text_mode(common.BigValueTextMode.VALUE_AND_NAME)
    last: stat.Panel = panel.reduce_options(options.ReduceDataOptions().calcs(["lastNotNull"]))
    return last


def course(
    words: Words, source: DataSourceRef, targets: Sequence[Target], shown: Numbers, *, stacked: bool = False
) -> timeseries.Panel:
    """Lines over time, with the limits of alerts as dashed lines, or bars on top of each other."""
    panel = described(timeseries.Panel(), words, source, shown).min(0)
    if shown.limits:
        dashed = options.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        panel = panel.thresholds_style(dashed)
    panel = panel.targets(list(targets)).show_points(common.VisibilityMode.NEVER).fill_opacity(60 if stacked else 10)
    if stacked:
        mode = options.StackingConfig().mode(common.StackingMode.NORMAL)
        panel = panel.draw_style(common.GraphDrawStyle.BARS).stacking(mode)
    for name, colour in shown.colours.items():
        value = DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})
        panel = panel.override_by_name(name, [value])
    drawn: timeseries.Panel = panel.legend(_legend()).tooltip(
        options.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
    )
    return drawn


def rows(
    words: Words,
    source: DataSourceRef,
    targets: Sequence[Target],
    columns: Sequence[Column],
    *,
    sort: str,
    limit: int = 25,
) -> table.Panel:
    """A table of what several queries say about the same labels, the largest of column `sort` first."""
    panel = described(table.Panel(), words, source, Numbers("short")).targets(list(targets))
    for step in _joined(columns, sort, limit):
        panel = panel.with_transformation(step)
    for column in columns:
        panel = panel.override_by_name(column.heading, column.properties())
    complete: table.Panel = panel
    return complete


def traces(words: Words, source: DataSourceRef, target: Target) -> table.Panel:
    """The traces that a search finds; a click on an ID opens the trace."""
    found: table.Panel = described(table.Panel(), words, source, Numbers("short")).with_target(target)
    return found


def log_records(words: Words, source: DataSourceRef, target: Target) -> logs.Panel:
    """Log records, the newest first; details offer the way to the trace and to the whole request."""
    panel = described(logs.Panel(), words, source, Numbers("none")).with_target(target)
    shown: logs.Panel = (
        panel.show_time(True)
        .wrap_log_message(True)
        .enable_log_details(True)
        .prettify_log_message(False)
        .show_labels(False)
        .show_common_labels(False)
        .dedup_strategy(common.LogsDedupStrategy.NONE)
        .sort_order(common.LogsSortOrder.DESCENDING)
    )
    return shown


def described(panel: Any, words: Words, source: DataSourceRef, shown: Numbers) -> Any:
    """A panel of any kind with its words, source, unit, limits and links."""
    # Panels of different kinds share these methods and no type.
    panel = panel.title(words.title).description(words.description).no_value(words.empty).datasource(source)
    panel = panel.unit(shown.unit)
    if shown.limits:
        panel = panel.thresholds(thresholds.steps(*shown.limits))
    if shown.ceiling is not None:
        panel = panel.max(shown.ceiling)
    if shown.mappings:
        panel = panel.mappings(list(shown.mappings))
    return panel.data_links(list(shown.links)) if shown.links else panel


def _legend() -> options.VizLegendOptions:
    legend = options.VizLegendOptions().show_legend(True).display_mode(common.LegendDisplayMode.LIST)
    return legend.placement(common.LegendPlacement.BOTTOM).calcs([])


def _joined(columns: Sequence[Column], sort: str, limit: int) -> list[DataTransformerConfig]:
    heading = next(column.heading for column in columns if column.field == sort)
    arranged = {
        "excludeByName": {"Time": True},
        "indexByName": {column.field: index for index, column in enumerate(columns)},
        "renameByName": {column.field: column.heading for column in columns},
    }
    return [
        DataTransformerConfig("merge", options={}),
        DataTransformerConfig("organize", options=arranged),
        DataTransformerConfig("sortBy", options={"fields": {}, "sort": [{"field": heading, "desc": True}]}),
        DataTransformerConfig("limit", options={"limitField": limit}),
    ]
