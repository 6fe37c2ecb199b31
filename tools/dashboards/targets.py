"""Queries of panels, for each kind of data source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders import loki, prometheus
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from tools.dashboards.sources import JAEGER, LOKI, PROMETHEUS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.common import DataSourceRef

#: A query that can be given to a panel.
Target = Builder[Dataquery]


def promql(expr: str, legend: str = "", *, ref: str = "A", exemplars: bool = False) -> Target:
    """A PromQL query over the shown period; with exemplars, points on the graph lead to traces."""
    return (
        prometheus.Dataquery()
        .datasource(PROMETHEUS)
        .ref_id(ref)
        .expr(expr)
        .legend_format(legend or "__auto")
        .range()
        .exemplar(exemplars)
    )


def promql_now(expr: str, legend: str = "", *, ref: str = "A") -> Target:
    """A PromQL query for the end of the shown period, as one number a series: what was counted in all of it."""
    query = prometheus.Dataquery().datasource(PROMETHEUS).ref_id(ref).expr(expr)
    return query.legend_format(legend or "__auto").instant()


def promql_table(expr: str, *, ref: str = "A") -> Target:
    """A PromQL query for the end of the shown period, as rows."""
    return prometheus.Dataquery().datasource(PROMETHEUS).ref_id(ref).expr(expr).instant().format(PromQueryFormat.TABLE)


def logql(expr: str, legend: str = "", *, ref: str = "A", lines: int | None = None) -> Target:
    """A LogQL query over the shown period; `lines` bounds how many log records it returns."""
    query = loki.Dataquery().datasource(LOKI).ref_id(ref).expr(expr).query_type("range")
    if lines is not None:
        return query.max_lines(lines)
    return query.legend_format(legend)


def logql_now(expr: str, legend: str = "", *, ref: str = "A") -> Target:
    """A LogQL query for the end of the shown period, as one number a series: what was counted in all of it."""
    query = loki.Dataquery().datasource(LOKI).ref_id(ref).expr(expr).legend_format(legend)
    return query.query_type("instant")


@dataclass(frozen=True, slots=True)
class _JaegerSearch(Dataquery):
    """The SDK has no query for Jaeger: this is the one that Grafana's Jaeger data source reads."""

    service: str
    tags: str
    limit: int
    ref: str = "A"
    datasource: DataSourceRef = field(default_factory=lambda: JAEGER)

    def to_json(self) -> dict[str, object]:
        query: dict[str, object] = {
            "refId": self.ref,
            "datasource": self.datasource,
            "queryType": "search",
            "service": self.service,
            "limit": self.limit,
        }
        return {**query, "tags": self.tags} if self.tags else query


@dataclass(frozen=True, slots=True)
class TraceSearch(Builder[Dataquery]):
    """The newest traces in which a service took part; `tags` in logfmt."""

    service: str
    tags: str = ""
    limit: int = 20

    def build(self) -> Dataquery:
        """The SDK's value."""
        return _JaegerSearch(self.service, self.tags, self.limit)
