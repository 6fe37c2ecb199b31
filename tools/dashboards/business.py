"""Business: who uses the system, and what it does for them with model, knowledge base, tools and cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals.names import BUSINESS_DASHBOARD
from tools.dashboards import links, measured, queries, thresholds
from tools.dashboards.board import Board, Section
from tools.dashboards.measured import CACHE, FAILED, KNOWLEDGE, LLM, TOKENS, TOOLS
from tools.dashboards.panels import Column, Numbers, Tile, Words, course, number, rows
from tools.dashboards.sources import PROMETHEUS
from tools.dashboards.targets import promql, promql_now, promql_table

if TYPE_CHECKING:
    from tools.dashboards.targets import Target

_NOTHING_ASKED = "The model was not asked in this period"
_NOTHING_SEARCHED = "Nothing was searched in this period"
_NO_TOOL = "No tool was used in this period"
_NO_LOOK_UP = "No cache was asked in this period"
_SERVICE = links.variable("__field.labels.service_name")
_LEADS = (links.to_traces(_SERVICE), links.to_traces(_SERVICE, failed=True), links.to_service(_SERVICE))
_LEADS_TO_LOGS = (links.to_logs(queries.logs(f'service_name="{_SERVICE}"')), *_LEADS)
_OF_ROW = links.variable("__data.fields.Service")
_ROW_LEADS = (links.to_traces(_OF_ROW), links.to_traces(_OF_ROW, failed=True), links.to_service(_OF_ROW))
_HIT, _MISS = 'cache_result="hit"', 'cache_result="miss"'


def business() -> Board:
    """What the system does for its users."""
    return Board(
        uid=BUSINESS_DASHBOARD,
        title="Business",
        description="Users, LLM usage and latency, knowledge base, tools and cache. Numbers at the top are those of the"
        " whole period that is shown.",
        sections=(
            Section("In this period", (_usage(), _support())),
            Section("Users", ((_users(), _user_requests()),)),
            Section("LLM", ((_llm_requests(), _llm_latency()), (_llm_failures(), _llm_tokens()), (_models(),))),
            Section("Knowledge base", ((_queries(), _query_latency()),)),
            Section("Tools", ((_executions(), _success()), (_tools(),))),
            Section("Cache", ((_look_ups(), _hit_rate()),)),
        ),
    )


def _usage() -> tuple[Tile, ...]:
    asked, failed = measured.total(f"{LLM}_count"), measured.total(f"{LLM}_count", FAILED)
    latency = measured.quantile(0.95, LLM, window=queries.WHOLE_PERIOD)
    return (
        _count(
            "Active users", "Different users within the last five minutes.", measured.value(measured.USERS), "Nobody"
        ),
        _count("LLM requests", "Calls to a model, failed ones too.", asked, _NOTHING_ASKED),
        _count("LLM failures", "Calls to a model that failed.", measured.failures(asked, failed), _NOTHING_ASKED),
        _count("LLM latency, p95", "19 of 20 calls to a model took no longer.", latency, _NOTHING_ASKED, "s"),
        _count("Tokens in", "Tokens that were given to a model.", _tokens("input"), _NOTHING_ASKED),
        _count("Tokens out", "Tokens that models gave back.", _tokens("output"), _NOTHING_ASKED),
    )


def _support() -> tuple[Tile, ...]:
    searched, lost = measured.total(f"{KNOWLEDGE}_count"), measured.total(f"{KNOWLEDGE}_count", FAILED)
    used, failed = measured.total(f"{TOOLS}_count"), measured.total(f"{TOOLS}_count", FAILED)
    hits, misses = measured.total(CACHE, _HIT), measured.total(CACHE, _MISS)
    return (
        _count("Queries", "Queries of the knowledge base, failed ones too.", searched, _NOTHING_SEARCHED),
        _count("Failed queries", "Those that failed.", measured.failures(searched, lost), _NOTHING_SEARCHED),
        _count("Tool executions", "Executions of tools, failed ones too.", used, _NO_TOOL),
        _count("Failed tools", "Executions that failed.", measured.failures(used, failed), _NO_TOOL),
        _count("Cache hits", "Look-ups that a cache answered.", measured.failures(misses, hits), _NO_LOOK_UP),
        _count("Cache misses", "Look-ups that no cache answered.", measured.failures(hits, misses), _NO_LOOK_UP),
    )


def _count(title: str, meaning: str, expr: str, empty: str, unit: str = "locale") -> Tile:
    words = Words(title, f"{meaning} One number for each service that measures it.", empty)
    target = promql_now(expr, "{{service_name}}")
    return Tile(number(words, PROMETHEUS, target, Numbers(unit, _LEADS_TO_LOGS)), 4, 4)


def _tokens(kind: str) -> str:
    return measured.total(f"{TOKENS}_sum", f'gen_ai_token_type="{kind}"')


def _users() -> Tile:
    words = Words("Active users", "Different users who sent a request within the last five minutes.", "Nobody")
    target = promql(measured.value(measured.USERS), "{{service_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("short", _LEADS)), 12, 8)


def _user_requests() -> Tile:
    words = Words(
        "Requests of users",
        "Requests a second to the services that know their users: all, and those that failed.",
        "No requests in this period",
    )
    by = "service_name"
    known = f"and on ({by}) {measured.value(measured.USERS)}"
    all_of_them = queries.rate(queries.REQUESTS, by=by)
    failed = measured.failures(all_of_them, queries.rate(queries.REQUESTS, queries.FAILED, by=by))
    targets = [
        promql(f"{all_of_them} {known}", "{{service_name}}"),
        promql(f"({failed}) {known}", "{{service_name}}: failed", ref="B"),
    ]
    return Tile(course(words, PROMETHEUS, targets, Numbers("reqps", _LEADS)), 12, 8)


def _llm_requests() -> Tile:
    words = Words("LLM requests", "Calls to a model, a second, by model and by how they ended.", _NOTHING_ASKED)
    by = "service_name, gen_ai_request_model, error_type"
    target = promql(measured.rate(f"{LLM}_count", by=by), "{{gen_ai_request_model}} {{error_type}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("reqps", _LEADS), stacked=True), 12, 8)


def _llm_latency() -> Tile:
    words = Words(
        "LLM latency",
        "What 50, 95 and 99 of 100 calls to a model did not exceed. The points are single calls, with their traces.",
        _NOTHING_ASKED,
    )
    return Tile(course(words, PROMETHEUS, _quantiles(LLM), Numbers("s", _LEADS)), 12, 8)


def _llm_failures() -> Tile:
    words = Words(
        "LLM failure rate", "The part of the calls to a model that failed; dashed: where alerts begin.", _NOTHING_ASKED
    )
    asked, failed = measured.rate(f"{LLM}_count"), measured.rate(f"{LLM}_count", FAILED)
    target = promql(measured.share(failed, asked), "{{service_name}}")
    shown = Numbers("percentunit", _LEADS, thresholds.limits_of("llm_failure_rate"))
    return Tile(course(words, PROMETHEUS, [target], shown), 12, 8)


def _llm_tokens() -> Tile:
    words = Words("Tokens", "Tokens that went into models and came out of them, a second.", _NOTHING_ASKED)
    by = "service_name, gen_ai_token_type"
    target = promql(measured.rate(f"{TOKENS}_sum", by=by), "{{gen_ai_token_type}} ({{service_name}})")
    return Tile(course(words, PROMETHEUS, [target], Numbers("short", _LEADS)), 12, 8)


def _models() -> Tile:
    words = Words("Models", "Each model over the whole period, by the service that calls it.", _NOTHING_ASKED)
    by = "service_name, gen_ai_request_model"
    asked, failed = measured.total(f"{LLM}_count", by=by), measured.total(f"{LLM}_count", FAILED, by=by)
    targets = [
        promql_table(asked, ref="A"),
        promql_table(measured.share(failed, asked), ref="B"),
        promql_table(measured.quantile(0.5, LLM, by=by, window=queries.WHOLE_PERIOD), ref="C"),
        promql_table(measured.quantile(0.95, LLM, by=by, window=queries.WHOLE_PERIOD), ref="D"),
        promql_table(measured.total(f"{TOKENS}_sum", by=by), ref="E"),
    ]
    columns = (
        Column("gen_ai_request_model", "Model"),
        Column("service_name", "Service", links=_ROW_LEADS, width=220),
        Column("Value #A", "Requests", "locale", width=120),
        Column("Value #B", "Failed", "percentunit", width=120, limits=thresholds.limits_of("llm_failure_rate")),
        Column("Value #C", "p50", "s", width=120),
        Column("Value #D", "p95", "s", width=120),
        Column("Value #E", "Tokens", "locale", width=120),
    )
    return Tile(rows(words, PROMETHEUS, targets, columns, sort="Value #A"), 24, 8)


def _queries() -> Tile:
    words = Words("Queries", "Queries of the knowledge base, a second, by how they ended.", _NOTHING_SEARCHED)
    target = promql(
        measured.rate(f"{KNOWLEDGE}_count", by="service_name, error_type"), "{{service_name}} {{error_type}}"
    )
    return Tile(course(words, PROMETHEUS, [target], Numbers("reqps", _LEADS), stacked=True), 12, 8)


def _query_latency() -> Tile:
    words = Words(
        "Duration of queries",
        "What 50, 95 and 99 of 100 queries did not exceed. The points are single queries: each leads to its trace.",
        _NOTHING_SEARCHED,
    )
    return Tile(course(words, PROMETHEUS, _quantiles(KNOWLEDGE), Numbers("s", _LEADS)), 12, 8)


def _executions() -> Tile:
    words = Words("Tool executions", "Executions of each tool, a second, by how they ended.", _NO_TOOL)
    by = "service_name, tool_name, error_type"
    target = promql(measured.rate(f"{TOOLS}_count", by=by), "{{tool_name}} {{error_type}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("reqps", _LEADS), stacked=True), 12, 8)


def _success() -> Tile:
    words = Words("Success of tools", "The part of each tool's executions that did not fail.", _NO_TOOL)
    by = "service_name, tool_name"
    used, failed = measured.rate(f"{TOOLS}_count", by=by), measured.rate(f"{TOOLS}_count", FAILED, by=by)
    target = promql(f"1 - {measured.share(failed, used)}", "{{tool_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("percentunit", _LEADS, ceiling=1)), 12, 8)


def _tools() -> Tile:
    words = Words("Tools", "Each tool over the whole period.", _NO_TOOL)
    by = "service_name, tool_name"
    used, failed = measured.total(f"{TOOLS}_count", by=by), measured.total(f"{TOOLS}_count", FAILED, by=by)
    targets = [
        promql_table(used, ref="A"),
        promql_table(f"1 - {measured.share(failed, used)}", ref="B"),
        promql_table(measured.quantile(0.95, TOOLS, by=by, window=queries.WHOLE_PERIOD), ref="C"),
    ]
    columns = (
        Column("tool_name", "Tool"),
        Column("service_name", "Service", links=_ROW_LEADS, width=220),
        Column("Value #A", "Executions", "locale", width=150),
        Column("Value #B", "Successful", "percentunit", width=150),
        Column("Value #C", "p95", "s", width=150),
    )
    return Tile(rows(words, PROMETHEUS, targets, columns, sort="Value #A"), 24, 8)


def _look_ups() -> Tile:
    words = Words("Cache look-ups", "Look-ups in each cache, a second, by whether it knew the answer.", _NO_LOOK_UP)
    by = "service_name, cache_name, cache_result"
    target = promql(measured.rate(CACHE, by=by), "{{cache_name}} {{cache_result}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("reqps", _LEADS), stacked=True), 12, 8)


def _hit_rate() -> Tile:
    words = Words("Cache hit rate", "The part of each cache's look-ups that it answered.", _NO_LOOK_UP)
    by = "service_name, cache_name"
    target = promql(measured.share(measured.rate(CACHE, _HIT, by=by), measured.rate(CACHE, by=by)), "{{cache_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("percentunit", _LEADS, ceiling=1)), 12, 8)


def _quantiles(histogram: str) -> list[Target]:
    return [
        promql(
            measured.quantile(part, histogram),
            f"p{round(part * 100)} ({{{{service_name}}}})",
            ref=ref,
            exemplars=ref == "C",
        )
        for part, ref in ((0.5, "A"), (0.95, "B"), (0.99, "C"))
    ]
