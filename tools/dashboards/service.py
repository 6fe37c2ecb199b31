"""Service: one service, its operations, what it calls, its errors, logs and traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals.names import SERVICE_DASHBOARD
from tools.dashboards import links, measured, queries, thresholds, variables
from tools.dashboards.board import Board, Section
from tools.dashboards.overview import LEVELS
from tools.dashboards.panels import Column, Numbers, Tile, Words, course, log_records, number, rows, traces
from tools.dashboards.sources import JAEGER, LOKI, PROMETHEUS
from tools.dashboards.states import BREAKER, breaker_states, states
from tools.dashboards.targets import TraceSearch, logql, promql, promql_table

if TYPE_CHECKING:
    from grafana_foundation_sdk.cog.builder import Builder
    from grafana_foundation_sdk.models.dashboard import VariableModel

_SERVICE = 'service_name="$service"'
#: The requests that both variables choose.
_CHOSEN = (_SERVICE, 'span_name=~"$operation"', queries.REQUESTS)

_NO_REQUESTS = "No requests to this service in this period"
_NAME = links.variable("service")
_TO_TRACES = (links.to_traces(_NAME), links.to_traces(_NAME, failed=True))
_TO_LOGS = (links.to_logs(queries.logs(f'service_name="{_NAME}"')),)
_NO_MEASUREMENTS = "This service does not measure itself"
_MEASURES = "not every service measures itself"
_OPERATION = links.variable("__field.labels.span_name")
_TO_OPERATION = (
    links.to_traces(_NAME, operation=_OPERATION),
    links.to_traces(_NAME, operation=_OPERATION, failed=True),
)
_ONLY_WITH_ERRORS = "only a service with errors has an answer here"


def service() -> Board:
    """One service on one page."""
    return Board(
        uid=SERVICE_DASHBOARD,
        title="Service",
        description="One service: its requests by operation, what it calls, its errors, logs and traces.",
        variables=(_service_variable(), _operation_variable()),
        sections=(
            Section("Now", ((_request_rate(), _error_ratio(), *_durations(), _error_count()),)),
            Section("Requests", ((_rate_by_operation(), _errors_by_operation()), (_duration(), _logs_by_level()))),
            Section("Operations", ((_operations(),), (_calls(),))),
            Section("Process", ((_cpu(), _memory()), (_connections(), _breakers()))),
            Section("Errors", ((_error_types(), _failed_traces()),)),
            Section("Logs and traces", ((_logs(),), (_newest_traces(),))),
        ),
    )


def _service_variable() -> Builder[VariableModel]:
    query = f"label_values({queries.CALLS}, service_name)"
    return variables.one_of("service", "Service", query, "The service that this page is about.")


def _operation_variable() -> Builder[VariableModel]:
    query = f"label_values({queries.CALLS}{queries.labels(_SERVICE, queries.REQUESTS)}, span_name)"
    words = "One operation of the service, or all: applies to requests, not to calls, logs and traces."
    return variables.one_or_all("operation", "Operation", query, words)


def _request_rate() -> Tile:
    words = Words("Request rate", "Requests that the service answered, a second, over the last minute.", _NO_REQUESTS)
    target = promql(queries.rate(*_CHOSEN), "requests")
    return Tile(number(words, PROMETHEUS, target, Numbers("reqps", _TO_TRACES)), 4, 5)


def _error_ratio() -> Tile:
    words = Words("Error rate", "The part of the requests that failed: spans with status error.", _NO_REQUESTS)
    shown = Numbers("percentunit", _TO_TRACES, thresholds.ERROR_RATIO)
    return Tile(number(words, PROMETHEUS, promql(queries.error_ratio(*_CHOSEN), "failed"), shown), 4, 5)


def _durations() -> list[Tile]:
    meanings = {
        0.5: "Half of the requests took no longer.",
        0.95: "19 of 20 took no longer.",
        0.99: "99 of 100 took no longer.",
    }
    tiles = []
    for part, meaning in meanings.items():
        words = Words(f"Duration, p{round(part * 100)}", meaning, _NO_REQUESTS)
        target = promql(queries.quantile(part, *_CHOSEN), f"p{round(part * 100)}")
        limits = thresholds.P95_S if part == 0.95 else None
        tiles.append(Tile(number(words, PROMETHEUS, target, Numbers("s", _TO_TRACES, limits)), 4, 5))
    return tiles


def _error_count() -> Tile:
    words = Words("Error logs", "Log records of level error and above, per point in time.", "No errors logged")
    expr = f"sum(count_over_time({queries.logs(_SERVICE, level=queries.ERROR_LEVELS)} [$__auto]))"
    to_logs = links.to_logs(queries.logs(f'service_name="{_NAME}"', level=queries.ERROR_LEVELS))
    panel = number(words, LOKI, logql(expr, "errors"), Numbers("short", (to_logs,), thresholds.ANY))
    return Tile(panel, 4, 5, may_be_empty=_ONLY_WITH_ERRORS)


def _rate_by_operation() -> Tile:
    words = Words("Requests by operation", "Requests that the service answered, a second.", _NO_REQUESTS)
    target = promql(queries.rate(*_CHOSEN, by="span_name"), "{{span_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("reqps", _TO_OPERATION)), 12, 8)


def _errors_by_operation() -> Tile:
    words = Words("Error rate by operation", "The part of each operation's requests that failed.", _NO_REQUESTS)
    target = promql(queries.error_ratio(*_CHOSEN, by="span_name"), "{{span_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("percentunit", _TO_OPERATION)), 12, 8)


def _duration() -> Tile:
    words = Words(
        "Duration",
        "What 50, 95 and 99 of 100 requests did not exceed. The points are single requests: each leads to its trace.",
        _NO_REQUESTS,
    )
    targets = [
        promql(queries.quantile(part, *_CHOSEN), f"p{round(part * 100)}", ref=ref, exemplars=ref == "C")
        for part, ref in ((0.5, "A"), (0.95, "B"), (0.99, "C"))
    ]
    return Tile(course(words, PROMETHEUS, targets, Numbers("s", _TO_TRACES)), 12, 8)


def _logs_by_level() -> Tile:
    words = Words("Logs by level", "Log records of the service, by their level.", "No logs in this period")
    target = logql(queries.log_lines(_SERVICE, by="detected_level"), "{{detected_level}}")
    to_logs = links.to_logs(queries.logs(f'service_name="{_NAME}"'))
    return Tile(course(words, LOKI, [target], Numbers("short", (to_logs,), colours=LEVELS), stacked=True), 12, 8)


def _operations() -> Tile:
    words = Words(
        "Top operations",
        "The operations with most requests over the whole period. A click on one leads to its traces.",
        _NO_REQUESTS,
    )
    by = "span_name"
    period = queries.WHOLE_PERIOD
    targets = [
        promql_table(queries.count(*_CHOSEN, by=by), ref="A"),
        promql_table(queries.error_ratio(*_CHOSEN, by=by, window=period), ref="B"),
        promql_table(queries.quantile(0.5, *_CHOSEN, by=by, window=period), ref="C"),
        promql_table(queries.quantile(0.95, *_CHOSEN, by=by, window=period), ref="D"),
        promql_table(queries.quantile(0.99, *_CHOSEN, by=by, window=period), ref="E"),
    ]
    columns = (
        Column("span_name", "Operation", links=_of_row("Operation")),
        Column("Value #A", "Requests", "short", width=130),
        Column("Value #B", "Error rate", "percentunit", width=130, limits=thresholds.ERROR_RATIO),
        Column("Value #C", "p50", "s", width=130),
        Column("Value #D", "p95", "s", width=130, limits=thresholds.P95_S),
        Column("Value #E", "p99", "s", width=130),
    )
    return Tile(rows(words, PROMETHEUS, targets, columns, sort="Value #A"), 24, 8)


def _calls() -> Tile:
    words = Words(
        "Calls to others",
        "What the service asks of other services, databases and queues: client and producer spans, whole period.",
        "This service calls no others in this period",
    )
    asked = (_SERVICE, queries.OUTGOING)
    by = "span_name"
    period = queries.WHOLE_PERIOD
    targets = [
        promql_table(queries.count(*asked, by=by), ref="A"),
        promql_table(queries.error_ratio(*asked, by=by, window=period), ref="B"),
        promql_table(queries.quantile(0.95, *asked, by=by, window=period), ref="C"),
    ]
    columns = (
        Column("span_name", "Call", links=_of_row("Call")),
        Column("Value #A", "Calls", "short", width=130),
        Column("Value #B", "Error rate", "percentunit", width=130, limits=thresholds.ERROR_RATIO),
        Column("Value #C", "p95", "s", width=130, limits=thresholds.P95_S),
    )
    panel = rows(words, PROMETHEUS, targets, columns, sort="Value #A")
    return Tile(panel, 24, 8, may_be_empty="not every service calls others")


def _of_row(heading: str) -> tuple[links.Link, ...]:
    operation = links.variable(f"__data.fields.{heading}")
    return (
        links.to_traces(_NAME, operation=operation),
        links.to_traces(_NAME, operation=operation, failed=True),
    )


def _cpu() -> Tile:
    words = Words("CPU", "The part of all processors of its machine that the service uses.", _NO_MEASUREMENTS)
    target = promql(measured.value(measured.PROCESS_CPU, _SERVICE), "CPU")
    return Tile(course(words, PROMETHEUS, [target], Numbers("percentunit", _TO_LOGS)), 12, 8, may_be_empty=_MEASURES)


def _memory() -> Tile:
    words = Words("Memory", "What the service holds in memory, all of its instances together.", _NO_MEASUREMENTS)
    target = promql(measured.value(measured.PROCESS_MEMORY, _SERVICE), "memory")
    return Tile(course(words, PROMETHEUS, [target], Numbers("bytes", _TO_LOGS)), 12, 8, may_be_empty=_MEASURES)


def _connections() -> Tile:
    words = Words("Connections", "Connections that are open to the service at that moment.", _NO_MEASUREMENTS)
    target = promql(measured.value(measured.CONNECTIONS, _SERVICE), "connections")
    return Tile(course(words, PROMETHEUS, [target], Numbers("short", _TO_LOGS)), 12, 8, may_be_empty=_MEASURES)


def _breakers() -> Tile:
    words = Words(
        "Circuit breakers",
        "The state of each circuit breaker of the service: while it is open, what is behind it is not called.",
        "This service tells of no circuit breakers",
    )
    target = promql(breaker_states(_SERVICE), "{{breaker}}")
    panel = states(words, PROMETHEUS, target, BREAKER, _TO_TRACES)
    return Tile(panel, 12, 8, may_be_empty="not every service has circuit breakers")


def _error_types() -> Tile:
    words = Words(
        "Error types",
        "Spans of the service with status error over the whole period, by error.type: whatever they did.",
        "No errors in this period",
    )
    target = promql_table(f"topk(10, {queries.count(_SERVICE, queries.FAILED, by='error_type, span_name')} > 0)")
    columns = (
        Column("error_type", "Error type"),
        Column("span_name", "Operation", links=_of_row("Operation")),
        Column("Value", "Errors", "short", width=100),
    )
    panel = rows(words, PROMETHEUS, [target], columns, sort="Value", limit=10)
    return Tile(panel, 12, 9, may_be_empty=_ONLY_WITH_ERRORS)


def _failed_traces() -> Tile:
    words = Words(
        "Traces with an error",
        "The newest traces in which a span of this service failed. A click on the ID opens the trace.",
        "No failed traces in this period",
    )
    panel = traces(words, JAEGER, TraceSearch("$service", tags="error=true"))
    return Tile(panel, 12, 9, may_be_empty=_ONLY_WITH_ERRORS)


def _logs() -> Tile:
    words = Words(
        "Logs",
        "The newest log records of the service. Their details lead to the trace and to all logs of the request.",
        "No logs in this period",
    )
    return Tile(log_records(words, LOKI, logql(queries.logs(_SERVICE), lines=300)), 24, 12)


def _newest_traces() -> Tile:
    words = Words(
        "Newest traces",
        "The newest traces in which the service took part. A click on the ID opens the trace.",
        "No traces in this period",
    )
    return Tile(traces(words, JAEGER, TraceSearch("$service")), 24, 10)
