"""What a user chooses at the top of a dashboard."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import QueryVariable, TextBoxVariable
from grafana_foundation_sdk.models.dashboard import VariableOption, VariableRefresh, VariableSort

from tools.dashboards.sources import PROMETHEUS


def one_of(name: str, label: str, query: str, description: str) -> QueryVariable:
    """One of the values that a query of Prometheus gives."""
    return (
        QueryVariable(name)
        .label(label)
        .description(description)
        .datasource(PROMETHEUS)
        .query({"qryType": 5, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(False)
    )


def one_or_all(name: str, label: str, query: str, description: str, *, every: str = ".*") -> QueryVariable:
    """One of the values that a query of Prometheus gives, or all (the pattern `every`), which is chosen at first."""
    everything = VariableOption(selected=True, text="All", value="$__all")
    return one_of(name, label, query, description).include_all(True).all_value(every).current(everything)


def text(name: str, label: str, description: str) -> TextBoxVariable:
    """What a user types, nothing at first."""
    return TextBoxVariable(name).label(label).description(description).default_value("")
