"""Which alerts there are at this moment: what Prometheus' rules say, firing or still pending."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import ValueMap, ValueMappingResult

from tools.dashboards import links, thresholds
from tools.dashboards.panels import Column, Numbers, Tile, Words, numbers, rows
from tools.dashboards.sources import PROMETHEUS
from tools.dashboards.targets import promql, promql_table

_HEALTHY = "no rule's condition holds while all is well"
_OF_ROW = links.variable("__data.fields.Service")
#: What one alert is told apart by in the table; whatever else it bears is in its own words.
_LABELS = "severity, alertstate, alertname, service_name, host_name"
_SEVERITIES = ValueMap(
    {
        "critical": ValueMappingResult("critical", "red", index=0),
        "warning": ValueMappingResult("warning", "yellow", index=1),
        "info": ValueMappingResult("info", "blue", index=2),
    }
)


def firing() -> Tile:
    """How many fire, by severity."""
    words = Words(
        "Alerts firing", "Alerts that fire at this moment: those that call for action, and what is degraded.", "None"
    )
    targets = [
        promql(f'count(ALERTS{{alertstate="firing", severity="{severity}"}}) or vector(0)', severity, ref=ref)
        for severity, ref in (("critical", "A"), ("warning", "B"))
    ]
    shown = Numbers("short", (links.to_error_logs(),), thresholds.ANY)
    return Tile(numbers(words, PROMETHEUS, targets, shown), 5, 5)


def alerts() -> Tile:
    """Each that is pending or fires."""
    words = Words(
        "Alerts",
        "Alerts whose condition holds: firing, or pending until it has held for as long as the rule wants.",
        "No alert is firing or pending",
    )
    # A rule's own series has no more than 1; since when its condition holds is another's value, in seconds.
    since = 'ALERTS{alertstate=~"pending|firing"} * ignoring (alertstate) group_left () ALERTS_FOR_STATE'
    target = promql_table(f"min by ({_LABELS}) ({since}) * 1000")
    leads = (links.to_service(_OF_ROW), links.to_traces(_OF_ROW, failed=True), links.to_error_logs(_OF_ROW))
    columns = (
        Column("severity", "Severity", width=110, mappings=(_SEVERITIES,)),
        Column("alertstate", "State", width=100),
        Column("alertname", "Alert"),
        Column("service_name", "Service", links=leads, width=200),
        Column("host_name", "Host", width=160),
        Column("Value", "Since", "dateTimeFromNow", width=170),
    )
    panel = rows(words, PROMETHEUS, [target], columns, sort="Value", limit=50)
    return Tile(panel, 24, 8, may_be_empty=_HEALTHY)
