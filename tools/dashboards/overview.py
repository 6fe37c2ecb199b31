"""System Overview: how all services are, and the stack itself."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import ValueMap, ValueMappingResult

from phoenix_dev.signals.names import (
    CORE_PARTS,
    HEALTH_DASHBOARD,
    INFRASTRUCTURE_DASHBOARD,
    OPTIONAL_PARTS,
    OVERVIEW_DASHBOARD,
)
from tools.dashboards import links, queries, thresholds
from tools.dashboards.alerts import alerts, firing
from tools.dashboards.board import Board, Section
from tools.dashboards.panels import Column, Numbers, Tile, Words, course, log_records, number, rows
from tools.dashboards.sources import LOKI, PROMETHEUS
from tools.dashboards.targets import logql, promql, promql_table

#: The parts of the stack, named as Prometheus scrapes them.
PARTS = (*CORE_PARTS, *OPTIONAL_PARTS)

#: Colours of Loki's levels, from calm to alarming.
LEVELS = {
    "trace": "#6b7280",
    "debug": "#8ab8ff",
    "info": "green",
    "warn": "yellow",
    "error": "red",
    "critical": "dark-red",
    "fatal": "dark-red",
    "unknown": "#9aa0a6",
}

_NO_REQUESTS = "No requests yet"
_OF_ALL = (links.to_dashboard(HEALTH_DASHBOARD, "Which services"), links.to_error_logs())
_OF_SERIES = links.variable("__field.labels.service_name")
_OF_ROW = links.variable("__data.fields.Service")
_BY_SERVICE = (links.to_service(_OF_SERIES), links.to_traces(_OF_SERIES))
_ONLY_WITH_ERRORS = "only requests that fail have an answer here"


def system_overview() -> Board:
    """All services on one page."""
    return Board(
        uid=OVERVIEW_DASHBOARD,
        title="System Overview",
        description="All services: requests, errors, durations, logs; alerts; whether each part of the stack answers.",
        sections=(
            Section("Now", ((_request_rate(), _error_ratio(), _p95(), _services(), firing()), (_parts(),))),
            Section("Alerts", ((alerts(),),)),
            Section("Traffic", ((_rate_by_service(), _errors_by_service()), (_p95_by_service(), _logs_by_level()))),
            Section("Services", ((_table_of_services(),),)),
            Section("Errors", ((_top_errors(),), (_error_logs(),))),
        ),
    )


def _request_rate() -> Tile:
    words = Words("Request rate", "Requests that all services answered, a second, over the last minute.", _NO_REQUESTS)
    target = promql(queries.rate(queries.REQUESTS), "requests")
    return Tile(number(words, PROMETHEUS, target, Numbers("reqps", _OF_ALL)), 5, 5)


def _error_ratio() -> Tile:
    words = Words("Error rate", "The part of all requests that failed: server spans with status error.", _NO_REQUESTS)
    target = promql(queries.error_ratio(queries.REQUESTS), "failed")
    return Tile(number(words, PROMETHEUS, target, Numbers("percentunit", _OF_ALL, thresholds.ERROR_RATIO)), 5, 5)


def _p95() -> Tile:
    words = Words("Duration, p95", "19 of 20 requests took no longer, whatever the service.", _NO_REQUESTS)
    target = promql(queries.quantile(0.95, queries.REQUESTS), "p95")
    return Tile(number(words, PROMETHEUS, target, Numbers("s", _OF_ALL, thresholds.P95_S)), 5, 5)


def _services() -> Tile:
    words = Words("Services", "Services that sent spans in the last minutes.", "No service has sent spans yet")
    target = promql(f"count(count by (service_name) ({queries.CALLS}))", "services")
    return Tile(number(words, PROMETHEUS, target, Numbers("short", _OF_ALL)), 4, 5)


def _parts() -> Tile:
    words = Words(
        "The stack",
        "Whether each part answered when Prometheus last asked for its metrics. What was left out does not run.",
        "Prometheus has not asked yet",
    )
    states = {
        "0": ValueMappingResult("not running", "orange", index=0),
        "1": ValueMappingResult("up", "green", index=1),
    }
    target = promql(f'up{{job=~"{"|".join(PARTS)}"}}', "{{job}}")
    leads = links.to_dashboard(INFRASTRUCTURE_DASHBOARD, "Their containers")
    return Tile(number(words, PROMETHEUS, target, Numbers("none", (leads,), mappings=(ValueMap(states),))), 24, 4)


def _rate_by_service() -> Tile:
    words = Words("Requests by service", "Requests that each service answered, a second.", _NO_REQUESTS)
    target = promql(queries.rate(queries.REQUESTS, by="service_name"), "{{service_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("reqps", _BY_SERVICE)), 12, 8)


def _errors_by_service() -> Tile:
    words = Words("Error rate by service", "The part of each service's requests that failed.", _NO_REQUESTS)
    target = promql(queries.error_ratio(queries.REQUESTS, by="service_name"), "{{service_name}}")
    failed = (links.to_service(_OF_SERIES), links.to_traces(_OF_SERIES, failed=True))
    return Tile(course(words, PROMETHEUS, [target], Numbers("percentunit", failed)), 12, 8)


def _p95_by_service() -> Tile:
    words = Words(
        "Duration by service, p95",
        "19 of 20 requests of each service took no longer. The points are single requests: each leads to its trace.",
        _NO_REQUESTS,
    )
    target = promql(queries.quantile(0.95, queries.REQUESTS, by="service_name"), "{{service_name}}", exemplars=True)
    return Tile(course(words, PROMETHEUS, [target], Numbers("s", _BY_SERVICE)), 12, 8)


def _logs_by_level() -> Tile:
    words = Words("Logs by level", "Log records of all services, by their level.", "No logs yet")
    target = logql(queries.log_lines('service_name=~".+"', by="detected_level"), "{{detected_level}}")
    level = links.variable("__field.labels.detected_level")
    to_logs = links.to_logs(queries.labels('service_name=~".+"') + f' | detected_level="{level}"')
    shown = Numbers("short", (to_logs,), colours=LEVELS)
    return Tile(course(words, LOKI, [target], shown, stacked=True), 12, 8)


def _table_of_services() -> Tile:
    words = Words(
        "Traffic by service",
        "Each service over the whole period that is shown. A click on its name leads on.",
        _NO_REQUESTS,
    )
    matching = {"by": "service_name", "window": queries.WHOLE_PERIOD}
    targets = [
        promql_table(queries.count(queries.REQUESTS, by="service_name"), ref="A"),
        promql_table(queries.error_ratio(queries.REQUESTS, **matching), ref="B"),
        promql_table(queries.quantile(0.5, queries.REQUESTS, **matching), ref="C"),
        promql_table(queries.quantile(0.95, queries.REQUESTS, **matching), ref="D"),
    ]
    columns = (
        Column(
            "service_name",
            "Service",
            links=(
                links.to_service(_OF_ROW),
                links.to_traces(_OF_ROW),
                links.to_traces(_OF_ROW, failed=True),
                links.to_logs(queries.logs(f'service_name="{_OF_ROW}"')),
            ),
        ),
        Column("Value #A", "Requests", "short", width=150),
        Column("Value #B", "Error rate", "percentunit", width=150, limits=thresholds.ERROR_RATIO),
        Column("Value #C", "p50", "s", width=150),
        Column("Value #D", "p95", "s", width=150, limits=thresholds.P95_S),
    )
    return Tile(rows(words, PROMETHEUS, targets, columns, sort="Value #A", limit=50), 24, 9)


def _top_errors() -> Tile:
    words = Words(
        "Top errors",
        "Spans with status error over the whole period, by service, operation and error.type. A click leads to traces.",
        "No errors in this period",
    )
    by = "service_name, span_name, error_type"
    target = promql_table(f"topk(10, {queries.count(queries.FAILED, by=by)} > 0)")
    operation = links.variable("__data.fields.Operation")
    to_traces = (links.to_traces(_OF_ROW, operation=operation, failed=True), links.to_service(_OF_ROW))
    columns = (
        Column("service_name", "Service", links=to_traces, width=220),
        Column("span_name", "Operation", links=to_traces),
        Column("error_type", "Error type", width=260),
        Column("Value", "Errors", "short", width=130),
    )
    panel = rows(words, PROMETHEUS, [target], columns, sort="Value", limit=10)
    return Tile(panel, 24, 9, may_be_empty=_ONLY_WITH_ERRORS)


def _error_logs() -> Tile:
    words = Words(
        "Error logs",
        "Log records of level error and above, of all services. Their details lead to the trace and the request.",
        "No error was logged in this period",
    )
    target = logql(queries.logs('service_name=~".+"', level=queries.ERROR_LEVELS), lines=200)
    return Tile(log_records(words, LOKI, target), 24, 10, may_be_empty=_ONLY_WITH_ERRORS)
