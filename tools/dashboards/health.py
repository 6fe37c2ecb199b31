"""Service Health: which services answer, how they say they are, and what keeps them from work."""

from __future__ import annotations

from phoenix_dev.signals.names import BREAKER_STATE, HEALTH, HEALTH_DASHBOARD
from tools.dashboards import links, measured, queries, thresholds, variables
from tools.dashboards.board import Board, Section
from tools.dashboards.panels import Column, Numbers, Tile, Words, course, number, rows
from tools.dashboards.sources import PROMETHEUS
from tools.dashboards.states import ANSWERS, BREAKER, HEALTHY, breaker_states, states
from tools.dashboards.targets import promql, promql_table

_CHOSEN = 'service_name=~"$service"'
_REQUESTS = (_CHOSEN, queries.REQUESTS)
_NOT_ASKED = "No service is asked for its metrics"
_NO_HEALTH = "No health endpoint is asked"
_NO_BREAKER = "No service tells of circuit breakers"
_NO_CHECK = "No synthetic checks are set"
_ONLY_WHERE_ASKED = "health endpoints are only asked of services that are known"
_ONLY_WITH_BREAKERS = "not every service has circuit breakers"
_ONLY_WITH_CHECKS = "only a project that sets checks has them"
_SERVICE = links.variable("__field.labels.service_name")
_LEADS = (
    links.to_service(_SERVICE),
    links.to_traces(_SERVICE),
    links.to_traces(_SERVICE, failed=True),
    links.to_logs(queries.logs(f'service_name="{_SERVICE}"')),
)
_OF_ROW = links.variable("__data.fields.Service")
_OF_ALL = (links.to_error_logs(),)
#: Whom the stack asks for metrics: a service of the settings or the demo.
_NAMED = 'service_name!=""'
_ASKED = f"min by (service_name) (up{queries.labels(_CHOSEN, _NAMED)})"
_HEALTH = f"min by (service_name, endpoint) ({HEALTH}{queries.labels(_CHOSEN)})"
_OPEN = 'state="open"'
_IS_OPEN = f"max by (service_name, breaker) ({BREAKER_STATE}{queries.labels(_CHOSEN, _OPEN)})"


def service_health() -> Board:
    """The health of every service."""
    words = "One service, or all."
    return Board(
        uid=HEALTH_DASHBOARD,
        title="Service Health",
        description="Which services answer, what their health endpoints say, circuit breakers, and synthetic checks.",
        variables=(variables.one_or_all("service", "Service", f"label_values({queries.CALLS}, service_name)", words),),
        sections=(
            Section("Now", ((_answering(), _silent(), _unhealthy(), _open_breakers(), _error_ratio()),)),
            Section("Services", ((_table(),), (_asked(), _endpoints()))),
            Section("Requests", ((_errors(), _latency()),)),
            Section("Circuit breakers", ((_breakers(), _transitions()),)),
            Section("Synthetic checks", ((_checks(), _check_durations()),)),
        ),
    )


def _answering() -> Tile:
    words = Words("Services that answer", "Services that answered when the stack last asked for metrics.", _NOT_ASKED)
    target = promql(f"count({_ASKED} == 1) or count({_ASKED}) * 0", "answer")
    return Tile(number(words, PROMETHEUS, target, Numbers("none", _OF_ALL)), 5, 5)


def _silent() -> Tile:
    words = Words("Services that do not", "Services that gave no answer when the stack last asked.", _NOT_ASKED)
    target = promql(f"count({_ASKED} == 0) or count({_ASKED}) * 0", "do not answer")
    return Tile(number(words, PROMETHEUS, target, Numbers("none", _OF_ALL, thresholds.ANY)), 5, 5)


def _unhealthy() -> Tile:
    words = Words("Endpoints not healthy", "Health endpoints that said no, or nothing, when last asked.", _NO_HEALTH)
    target = promql(f"count({_HEALTH} == 0) or count({_HEALTH}) * 0", "not healthy")
    panel = number(words, PROMETHEUS, target, Numbers("none", _OF_ALL, thresholds.ANY))
    return Tile(panel, 5, 5, may_be_empty=_ONLY_WHERE_ASKED)


def _open_breakers() -> Tile:
    words = Words("Open circuit breakers", "Different circuit breakers that are open, of all services.", _NO_BREAKER)
    target = promql(f"count({_IS_OPEN} > 0) or count({_IS_OPEN}) * 0", "open")
    panel = number(words, PROMETHEUS, target, Numbers("none", _OF_ALL, (1.0, 2.0)))
    return Tile(panel, 5, 5, may_be_empty=_ONLY_WITH_BREAKERS)


def _error_ratio() -> Tile:
    words = Words("Highest error rate", "That of the service of whose requests most fail.", "No requests yet")
    target = promql(f"max({queries.error_ratio(*_REQUESTS, by='service_name')})", "failed")
    shown = Numbers("percentunit", _OF_ALL, thresholds.ERROR_RATIO)
    return Tile(number(words, PROMETHEUS, target, shown), 4, 5)


def _table() -> Tile:
    words = Words(
        "Services", "Each service: whether it answers, and its requests over the last minute.", "No service yet"
    )
    by = "service_name"
    targets = [
        promql_table(queries.rate(*_REQUESTS, by=by), ref="A"),
        promql_table(queries.error_ratio(*_REQUESTS, by=by), ref="B"),
        promql_table(queries.quantile(0.95, *_REQUESTS, by=by), ref="C"),
        promql_table(_ASKED, ref="D"),
        promql_table(measured.value(measured.PROCESS_CPU, _CHOSEN), ref="E"),
        promql_table(measured.value(measured.PROCESS_MEMORY, _CHOSEN), ref="F"),
        promql_table(measured.value(measured.CONNECTIONS, _CHOSEN), ref="G"),
    ]
    leads = (
        links.to_service(_OF_ROW),
        links.to_traces(_OF_ROW, failed=True),
        links.to_logs(queries.logs(f'service_name="{_OF_ROW}"')),
    )
    columns = (
        Column("service_name", "Service", links=leads),
        Column("Value #D", "Answers", "none", width=130, mappings=(ANSWERS,)),
        Column("Value #A", "Requests", "reqps", width=130),
        Column("Value #B", "Error rate", "percentunit", width=120, limits=thresholds.ERROR_RATIO),
        Column("Value #C", "p95", "s", width=120, limits=thresholds.P95_S),
        Column("Value #E", "CPU", "percentunit", width=110),
        Column("Value #F", "Memory", "bytes", width=120),
        Column("Value #G", "Connections", "short", width=130),
    )
    return Tile(rows(words, PROMETHEUS, targets, columns, sort="Value #B", limit=50), 24, 9)


def _asked() -> Tile:
    words = Words("Answers", "Whether each service answered when the stack asked for its metrics.", _NOT_ASKED)
    target = promql(_ASKED, "{{service_name}}")
    return Tile(states(words, PROMETHEUS, target, ANSWERS, _LEADS), 12, 9)


def _endpoints() -> Tile:
    words = Words("Health endpoints", "What each service says of itself at /health/, by endpoint.", _NO_HEALTH)
    target = promql(_HEALTH, "{{service_name}} {{endpoint}}")
    panel = states(words, PROMETHEUS, target, HEALTHY, _LEADS)
    return Tile(panel, 12, 9, may_be_empty=_ONLY_WHERE_ASKED)


def _errors() -> Tile:
    words = Words(
        "Error rate by service", "The part of each service's requests that failed; dashed: where alerts begin.",
        "No requests in this period",
    )  # fmt: skip
    target = promql(queries.error_ratio(*_REQUESTS, by="service_name"), "{{service_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("percentunit", _LEADS, thresholds.ERROR_RATIO)), 12, 8)


def _latency() -> Tile:
    words = Words(
        "Duration by service, p95",
        "19 of 20 requests took no longer; dashed: where alerts begin. The points are single requests.",
        "No requests in this period",
    )
    target = promql(queries.quantile(0.95, *_REQUESTS, by="service_name"), "{{service_name}}", exemplars=True)
    return Tile(course(words, PROMETHEUS, [target], Numbers("s", _LEADS, thresholds.P95_S)), 12, 8)


def _breakers() -> Tile:
    words = Words(
        "Circuit breakers", "The state of each: while it is open, what is behind it is not called.", _NO_BREAKER
    )
    target = promql(breaker_states(_CHOSEN), "{{service_name}}: {{breaker}}")
    panel = states(words, PROMETHEUS, target, BREAKER, _LEADS)
    return Tile(panel, 12, 8, may_be_empty=_ONLY_WITH_BREAKERS)


def _transitions() -> Tile:
    words = Words("Changes of circuit breakers", "How often a second each entered a state.", "No breaker has changed")
    by = "service_name, breaker, state"
    target = promql(measured.rate(measured.TRANSITIONS, _CHOSEN, by=by), "{{service_name}}: {{breaker}} {{state}}")
    panel = course(words, PROMETHEUS, [target], Numbers("ops", _LEADS), stacked=True)
    return Tile(panel, 12, 8, may_be_empty="a breaker that never opened has never changed")


def _checks() -> Tile:
    words = Words("Checks", "Whether each synthetic check got the answer that it expects.", _NO_CHECK)
    target = promql(f"min by (check) ({measured.CHECKS})", "{{check}}")
    panel = states(words, PROMETHEUS, target, HEALTHY, _OF_ALL)
    return Tile(panel, 12, 8, may_be_empty=_ONLY_WITH_CHECKS)


def _check_durations() -> Tile:
    words = Words("Duration of checks", "How long each synthetic check took, network and all.", _NO_CHECK)
    named = 'check!=""'
    target = promql(f"max by (check) ({measured.CHECK_DURATION}{queries.labels(named)})", "{{check}}")
    panel = course(words, PROMETHEUS, [target], Numbers("ms", _OF_ALL))
    return Tile(panel, 12, 8, may_be_empty=_ONLY_WITH_CHECKS)
