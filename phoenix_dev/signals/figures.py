"""What `metrics` and the page ask, as data: groups of questions in PromQL.

In a question `{window}` stands for a range's duration and `{only}` for further matchers, a comma before them; nothing
else is put in. Asked over a whole time the window is all of it, asked at steps it is a step's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.quoted import quoted
from phoenix_dev.signals import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.model.unit import Unit

#: Without the end that says which of its series.
_DURATIONS = names.DURATIONS.removesuffix("_bucket")


@dataclass(frozen=True, slots=True)
class Question:
    """A figure: its key, its unit, and what gives it over the whole time and at steps; empty: it is not asked for."""

    key: str
    unit: Unit
    whole: str
    course: str


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions whose answers are told apart by the same labels. `needs`: metrics without a sample of any of which
    nothing is asked.
    """

    key: str
    title: str
    needs: tuple[str, ...]
    labels: tuple[str, ...]
    questions: tuple[Question, ...]


def filled(expression: str, *, window_ns: int, service: str = "") -> str:
    """An expression that can be evaluated; with a service only what is its own."""
    only = f", service_name={quoted(service)}" if service else ""
    return expression.replace("{window}", f"{max(1, window_ns // 10**6)}ms").replace("{only}", only)


def grown(series: str) -> str:
    """By how much each counter has grown in the window: exactly, unless it began anew in it.

    `increase` would estimate what happened at both ends of the window.
    """
    before = f"({series} offset {{window}} or min_over_time({series}[{{window}}]))"
    began_anew = f"(resets({series}[{{window}}]) > 0)"
    return f"last_over_time({series}[{{window}}]) - {before} unless {began_anew} or increase({series}[{{window}}])"


def _each(labels: tuple[str, ...], expression: str) -> str:
    return f"sum by ({', '.join(labels)}) ({expression})"


def _spans(labels: tuple[str, ...], form: str) -> str:
    """What the stack counts itself: each span once. `form` has `{way}` where a matcher may stand."""
    return _each(labels, form.replace("{way}", ""))


def _measured(labels: tuple[str, ...], form: str) -> str:
    """What services measure: of one that sends it and is scraped for it too, what it sends."""
    whose = tuple(dict.fromkeys(("service_name", *labels)))
    sent, scraped = (_each(whose, form.replace("{way}", f", {way}")) for way in (names.SENT, names.SCRAPED))
    return f"({sent} or {scraped})" if whose == labels else _each(labels, f"{sent} or {scraped}")


def _counted(
    counter: str, match: str, failed: str, labels: tuple[str, ...], each: Callable[[tuple[str, ...], str], str]
) -> tuple[Question, ...]:
    """How many, how often, and which part of them failed."""
    every, bad = f"{counter}{{{match}{{way}}{{only}}}}", f"{counter}{{{match}, {failed}{{way}}{{only}}}}"
    rate, failing = each(labels, f"rate({every}[{{window}}])"), each(labels, f"rate({bad}[{{window}}])")
    return (
        Question("requests", "count", each(labels, grown(every)), ""),
        Question("errors", "count", each(labels, grown(bad)), ""),
        Question("rate", "per_s", "", rate),
        Question("error", "ratio", "", f"({failing} or {rate} * 0) / ({rate} > 0)"),
    )


def _timed(histogram: str, match: str, labels: tuple[str, ...]) -> tuple[Question, ...]:
    buckets = f"{histogram}_bucket{{{match}{{only}}}}"
    rates = _each(("le", *labels), f"rate({buckets}[{{window}}])")
    return tuple(
        Question(key, "s", f"histogram_quantile({part}, {rates}) >= 0", f"histogram_quantile({part}, {rates}) >= 0")
        for key, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    )


def _requests(key: str, title: str, *labels: str) -> QuestionGroup:
    counted = _counted(names.CALLS, names.REQUESTS, names.FAILED, labels, _spans)
    return QuestionGroup(key, title, (names.CALLS,), labels, (*counted, *_timed(_DURATIONS, names.REQUESTS, labels)))


def _operations(key: str, title: str, histogram: str, *labels: str, more: tuple[Question, ...] = ()) -> QuestionGroup:
    some, counter = f'{labels[0]}!=""', f"{histogram}_count"
    counted = _counted(counter, some, 'error_type!=""', labels, _measured)
    return QuestionGroup(key, title, (counter,), labels, (*counted, *_timed(histogram, some, labels), *more))


def _tokens(kind: str) -> Question:
    series = f'{names.LLM_TOKENS}{{gen_ai_token_type="{kind}"{{way}}{{only}}}}'
    return Question(f"{kind}_tokens", "count", _measured(("gen_ai_request_model",), grown(series)), "")


def _caches() -> QuestionGroup:
    labels = ("cache_name",)
    every = f'{names.CACHE_REQUESTS}{{cache_name!=""{{way}}{{only}}}}'
    hits = f'{names.CACHE_REQUESTS}{{cache_result="hit"{{way}}{{only}}}}'
    rate, hit = _measured(labels, f"rate({every}[{{window}}])"), _measured(labels, f"rate({hits}[{{window}}])")
    return QuestionGroup(
        "caches",
        "Cache",
        (names.CACHE_REQUESTS,),
        labels,
        (
            Question("requests", "count", _measured(labels, grown(every)), ""),
            Question("hits", "count", _measured(labels, grown(hits)), ""),
            Question("rate", "per_s", "", rate),
            Question("hit", "ratio", "", f"({hit} or {rate} * 0) / ({rate} > 0)"),
        ),
    )


def _breakers() -> QuestionGroup:
    labels = ("service_name", "breaker")
    is_open, is_half = (f'{names.BREAKER_STATE}{{state="{state}"{{only}}}}' for state in ("open", "half_open"))
    state = f"max by ({', '.join(labels)}) ({is_open} * 2 or {is_half})"
    moved = _measured(labels, grown(f'{names.BREAKER_TRANSITIONS}{{breaker!=""{{way}}{{only}}}}'))
    return QuestionGroup(
        "breakers",
        "Circuit breaker",
        (names.BREAKER_STATE,),
        labels,
        (Question("state", "count", state, state), Question("transitions", "count", moved, "")),
    )


def _processes() -> QuestionGroup:
    labels = ("service_name",)
    cpu, memory, connections = (
        _measured(labels, f'{name}{{service_name!=""{{way}}{{only}}}}')
        for name in (names.PROCESS_CPU, names.PROCESS_MEMORY, names.CONNECTIONS)
    )
    return QuestionGroup(
        "processes",
        "Process",
        (names.PROCESS_CPU, names.PROCESS_MEMORY, names.CONNECTIONS),
        labels,
        (
            Question("cpu", "ratio", cpu, cpu),
            Question("memory", "bytes", memory, memory),
            Question("connections", "count", connections, connections),
        ),
    )


SERVICES = _requests("services", "Service", "service_name")
ENDPOINTS = _requests("endpoints", "Endpoint", "span_name")
#: What a service does that nobody asks anything of: all of its spans.
WORK = QuestionGroup(
    "work",
    "Operation",
    (names.CALLS,),
    ("span_name",),
    (
        *_counted(names.CALLS, 'span_name!=""', names.FAILED, ("span_name",), _spans),
        *_timed(_DURATIONS, 'span_name!=""', ("span_name",)),
    ),
)
OPERATIONS = (
    _operations("llm", "LLM", names.LLM_DURATION, "gen_ai_request_model", more=(_tokens("input"), _tokens("output"))),
    _operations("tools", "Tool", names.TOOL_DURATION, "tool_name"),
    _operations("knowledge_bases", "Knowledge base", names.KNOWLEDGE_BASE_DURATION, "service_name"),
)
#: What is asked of all services, and of one.
OF_ALL = (SERVICES, *OPERATIONS, _caches(), _breakers(), _processes())
OF_ONE = (ENDPOINTS, *OF_ALL[1:])
