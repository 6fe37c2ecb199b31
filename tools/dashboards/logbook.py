"""Logs: what was said about one request, by its correlation ID, or by services and words."""

from __future__ import annotations

from phoenix_dev.signals.names import LOGS_DASHBOARD
from tools.dashboards import links, queries, thresholds, variables
from tools.dashboards.board import Board, Section
from tools.dashboards.overview import LEVELS
from tools.dashboards.panels import Numbers, Tile, Words, course, log_records, number
from tools.dashboards.sources import LOKI
from tools.dashboards.targets import logql, logql_now

_NOTHING = "Nothing was logged that fits"
#: What is typed is a text, not a pattern; of the ID its beginning is enough, and nothing typed means any.
_FITS = '{service_name=~"$service"} |= ${text:doublequote} | correlation_id=~`${correlation_id:regex}.*`'
_PERIOD = f"[{queries.WHOLE_PERIOD}]"
_ERRORS = f'{_FITS} | detected_level=~"{queries.ERROR_LEVELS}"'
_SERVICE = links.variable("__field.labels.service_name")
_LEVEL = links.variable("__field.labels.detected_level")
_TO_SERVICE = (
    links.to_logs(queries.logs(f'service_name="{_SERVICE}"')),
    links.to_traces(_SERVICE),
    links.to_service(_SERVICE),
)
_TO_LEVEL = (links.to_logs(f'{{service_name=~".+"}} | detected_level="{_LEVEL}"'),)
_ONLY_IN_TROUBLE = "a system without trouble logs none"


def logs() -> Board:
    """All logs, or those of one request."""
    return Board(
        uid=LOGS_DASHBOARD,
        title="Logs",
        description="The logs of one request over all its services, by its correlation ID; without one, all logs.",
        variables=(
            variables.text("correlation_id", "Correlation ID", "The ID of a request, or how it begins; empty for all."),
            variables.one_or_all(
                "service",
                "Service",
                f"label_values({queries.CALLS}, service_name)",
                "One service, or all.",
                every=".+",  # Loki answers no question that a record without a service would fit
            ),
            variables.text("text", "Text", "What a line must contain, in upper or lower case as typed; empty for all."),
        ),
        sections=(
            Section("How much", ((_records(), _warnings(), _errors(), _services()), (_by_level(), _by_service()))),
            Section("What was said", ((_lines(),), (_error_lines(),))),
        ),
    )


def _records() -> Tile:
    words = Words("Records", "Log records that fit, in the whole period.", _NOTHING)
    return _count(words, f"sum(count_over_time({_FITS} {_PERIOD}))", "records")


def _warnings() -> Tile:
    words = Words("Warnings", "Those of level warn, in the whole period.", "None")
    return _count(words, f'sum(count_over_time({_FITS} | detected_level="warn" {_PERIOD}))', "warnings", bad=True)


def _errors() -> Tile:
    words = Words("Errors", "Those of level error and above, in the whole period.", "None")
    return _count(words, f"sum(count_over_time({_ERRORS} {_PERIOD}))", "errors", bad=True)


def _services() -> Tile:
    words = Words("Services", "Services that said something that fits.", _NOTHING)
    return _count(words, f"count(sum by (service_name) (count_over_time({_FITS} {_PERIOD})))", "services")


def _count(words: Words, expr: str, legend: str, *, bad: bool = False) -> Tile:
    shown = Numbers("locale", (links.to_error_logs(),), thresholds.ANY if bad else None)
    panel = number(words, LOKI, logql_now(expr, legend), shown)
    return Tile(panel, 6, 4, may_be_empty=_ONLY_IN_TROUBLE if bad else "")


def _by_level() -> Tile:
    words = Words("By level", "Log records that fit, by their level.", _NOTHING)
    target = logql(f"sum by (detected_level) (count_over_time({_FITS} [$__auto]))", "{{detected_level}}")
    shown = Numbers("short", _TO_LEVEL, colours=LEVELS)
    return Tile(course(words, LOKI, [target], shown, stacked=True), 12, 8)


def _by_service() -> Tile:
    words = Words("By service", "Log records that fit, by the service that wrote them.", _NOTHING)
    target = logql(f"sum by (service_name) (count_over_time({_FITS} [$__auto]))", "{{service_name}}")
    return Tile(course(words, LOKI, [target], Numbers("short", _TO_SERVICE), stacked=True), 12, 8)


def _lines() -> Tile:
    words = Words(
        "Logs",
        "The newest records that fit. Their details lead to the trace, and to all logs of the request.",
        _NOTHING,
    )
    return Tile(log_records(words, LOKI, logql(_FITS, lines=1000)), 24, 18)


def _error_lines() -> Tile:
    words = Words("Errors", "The newest of level error and above. Their details lead to the trace.", "No errors")
    return Tile(log_records(words, LOKI, logql(_ERRORS, lines=300)), 24, 10, may_be_empty=_ONLY_IN_TROUBLE)
