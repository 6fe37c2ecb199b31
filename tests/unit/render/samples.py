"""Requests to be drawn, built by hand so that each says what it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.log import LogRecord, lowest_severity
from phoenix_dev.model.request import Request
from phoenix_dev.model.span import Span, SpanEvent, SpanLink, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.model.span import SpanKind, SpanStatus

T0 = 1_791_173_106_000_000_000  # 2026-10-05 04:05:06 UTC
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
CORRELATION = {"correlation_id": "abcdef-123456", "request_id": "req-123-456"}


def ms(value: float) -> int:
    return round(value * 1_000_000)


def span(
    number: int,
    parent: int | str,
    service: str,
    name: str,
    start: float,
    duration: float,
    kind: SpanKind = "internal",
    status: SpanStatus = "unset",
    **more: Any,
) -> Span:
    """Times in milliseconds after T0; `parent` 0 for none."""
    values: dict[str, Any] = {
        "trace_id": TRACE_ID,
        "span_id": f"{number:016x}",
        "parent_span_id": parent if isinstance(parent, str) else f"{parent:016x}" if parent else "",
        "service": service,
        "name": name,
        "kind": kind,
        "start_ns": T0 + ms(start),
        "end_ns": T0 + ms(start + duration),
        "status": status,
        "status_message": "",
        "attributes": dict(CORRELATION),
        "resource": {"service.name": service},
        "scope": "sample",
    }
    return Span(**(values | more))


def log(at: float, service: str, level: str, message: str, of: int = 0, **more: Any) -> LogRecord:
    values: dict[str, Any] = {
        "time_ns": T0 + ms(at),
        "severity_number": lowest_severity(level) if level else 0,
        "service": service,
        "message": message,
        "trace_id": TRACE_ID,
        "span_id": f"{of:016x}" if of else "",
        "correlation_id": CORRELATION["correlation_id"],
        "request_id": CORRELATION["request_id"],
        "attributes": dict(CORRELATION),
        "resource": {"service.name": service},
        "scope": "sample",
    }
    return LogRecord(**(values | more))


def trace(spans: Iterable[Span], logs: Iterable[LogRecord] = ()) -> Trace:
    return Trace(
        TRACE_ID,
        tuple(sorted(spans, key=lambda span: span.start_ns)),
        tuple(sorted(logs, key=lambda record: record.time_ns)),
    )


def request(*traces: Trace, logs: Iterable[LogRecord] = (), typed: str = TRACE_ID, kind: str = "trace") -> Request:
    return Request(typed, kind, traces, tuple(logs))


def _attributes(**more: Any) -> dict[str, Any]:
    return {**CORRELATION, **{key.replace("__", "."): value for key, value in more.items()}}


def healthy() -> Request:
    """25 spans over six services, all well."""
    spans = [
        span(1, 0, "api-gateway", "POST /api/process", 0, 412, "server"),
        span(2, 1, "api-gateway", "check token", 1.2, 3.1),
        span(3, 1, "api-gateway", "POST", 5, 404, "client"),
        span(4, 3, "orchestrator", "POST /process", 7, 400, "server"),
        span(5, 4, "orchestrator", "plan", 8, 18),
        span(6, 4, "orchestrator", "POST /route", 28, 62, "client"),
        span(7, 6, "data-router", "POST /route", 30, 58, "server"),
        span(8, 7, "data-router", "choose shard", 31, 2),
        span(9, 7, "data-router", "KnowledgeBase/Query", 34, 50, "client"),
        span(10, 9, "knowledge-base", "KnowledgeBase/Query", 36, 46, "server"),
        span(11, 10, "knowledge-base", "embed", 37, 8),
        *[span(12 + n, 10, "knowledge-base", "SELECT documents", 46 + 9 * n, 8, "client") for n in range(4)],
        span(16, 4, "orchestrator", "POST /chat", 95, 190, "client"),
        span(17, 16, "llm-service", "POST /chat", 97, 186, "server"),
        span(18, 17, "llm-service", "build prompt", 98, 4),
        span(19, 17, "llm-service", "chat gpt-phoenix", 103, 172, "client"),
        span(20, 17, "llm-service", "parse answer", 276, 5),
        span(21, 4, "orchestrator", "POST /tools/search", 290, 96, "client"),
        span(22, 21, "tool-service", "POST /tools/search", 292, 92, "server"),
        span(23, 22, "tool-service", "execute search", 293, 89),
        span(24, 4, "orchestrator", "compose answer", 390, 14),
        span(25, 1, "api-gateway", "write response", 409, 2),
    ]
    logs = [
        log(
            0.4,
            "api-gateway",
            "INFO",
            "request accepted",
            1,
            attributes=_attributes(http__method="POST", user_id="u-17"),
        ),
        log(26, "orchestrator", "INFO", "plan ready", 4, attributes=_attributes(steps=3)),
        log(31.5, "data-router", "DEBUG", "shard chosen", 8, attributes=_attributes(shard="eu-2")),
        log(82, "knowledge-base", "INFO", "4 documents found", 10, attributes=_attributes(cache__result="miss")),
        log(275, "llm-service", "INFO", "model answered", 19, attributes=_attributes(tokens_in=812, tokens_out=164)),
        log(383, "tool-service", "WARN", "search index is 3 h old", 23, attributes=_attributes(tool__name="search")),
        log(405, "orchestrator", "INFO", "answer composed", 4, attributes=_attributes(duration_ms=398)),
    ]
    return request(trace(spans, logs))


_PYTHON_STACK = """Traceback (most recent call last):
  File "/app/llm_service/llm.py", line 88, in complete
    answer = client.send(prompt, timeout=0.9)
  File "/usr/lib/python3.12/site-packages/httpx/_client.py", line 901, in send
    raise TimeoutError("upstream took longer than 900 ms")
TimeoutError: upstream took longer than 900 ms
"""


def failing() -> Request:
    """A model that times out: the error shows in every caller, its cause once."""
    said = "upstream took longer than 900 ms"
    exception = SpanEvent(
        T0 + ms(1049),
        "exception",
        {"exception.type": "TimeoutError", "exception.message": said, "exception.stacktrace": _PYTHON_STACK},
    )
    retry = SpanEvent(T0 + ms(500), "retry", {"attempt": 2, "wait_ms": 50})
    spans = [
        span(1, 0, "api-gateway", "POST /api/process", 0, 1240, "server", "error", status_message="502 Bad Gateway"),
        span(2, 1, "api-gateway", "POST", 14, 1210, "client", "error", attributes={"http.response.status_code": 502}),
        span(3, 2, "orchestrator", "POST /process", 16, 1206, "server", "error", status_message="model unavailable"),
        span(4, 3, "data-router", "POST /route", 20, 48, "server"),
        *[span(5 + n, 3, "knowledge-base", "query", 70 + 34 * n, 28 + n, "server") for n in range(3)],
        span(8, 3, "orchestrator", "POST /chat", 180, 906, "client", "error", status_message=said),
        span(
            9,
            8,
            "llm-service",
            "POST /chat",
            182,
            902,
            "server",
            "error",
            status_message=said,
            events=(retry, exception),
        ),
        span(10, 3, "tool-service", "search", 1100, 96, "server", links=(SpanLink("ab" * 16, "cd" * 8, {}),)),
    ]
    logs = [
        log(131, "orchestrator", "INFO", "request accepted", 3, attributes=_attributes(user_id="u-17")),
        log(
            1049, "llm-service", "ERROR", "model timed out after 900 ms", 9, attributes=_attributes(breaker="half_open")
        ),
        log(1090, "orchestrator", "WARN", "falling back to search", 3),
    ]
    return request(trace(spans, logs))


def skewed() -> Request:
    """The clock of the called service is five seconds ahead."""
    spans = [
        span(1, 0, "api-gateway", "GET /", 0, 100, "server"),
        span(2, 1, "api-gateway", "GET /users", 10, 80, "client"),
        span(3, 2, "users", "GET /users", 5020, 60, "server"),
        span(4, 3, "users", "SELECT users", 5030, 40, "client"),
    ]
    return request(trace(spans, [log(5025, "users", "INFO", "looking up", 3)]))


def orphaned() -> Request:
    """The orchestrator's spans were never received."""
    spans = [
        span(1, 0, "api-gateway", "POST /api/process", 0, 300, "server"),
        span(3, 99, "llm-service", "POST /chat", 100, 120, "server"),
        span(4, 3, "llm-service", "chat", 104, 110, "client"),
        span(5, 99, "tool-service", "search", 230, 40, "server"),
    ]
    return request(trace(spans, [log(120, "orchestrator", "INFO", "asking the model", 99)]))


def logs_only() -> Request:
    """Only logs bear the trace's ID."""
    logs = [log(1, "api-gateway", "INFO", "request accepted", 1), log(30, "orchestrator", "ERROR", "no plan", 2)]
    return request(trace([], logs))


def lost_context() -> Request:
    """The router did not receive the trace context and began a trace of its own."""
    first = trace(
        [
            span(1, 0, "orchestrator", "POST /process", 0, 200, "server"),
            span(2, 1, "orchestrator", "POST /route", 20, 120, "client"),
        ]
    )
    other = "5" * 32
    second = Trace(
        other,
        (
            span(3, 0, "data-router", "POST /route", 24, 110, "server", trace_id=other),
            span(4, 3, "data-router", "choose shard", 30, 20, trace_id=other),
        ),
        (log(31, "data-router", "INFO", "shard chosen", 4, trace_id=other),),
    )
    loose = log(180, "audit", "INFO", "request audited", trace_id="", attributes={"size": 12})
    return request(first, second, logs=[loose], typed="abcdef-123456", kind="correlation")


def many(count: int = 1000) -> Request:
    """A thousand spans: repeated queries, a few of them different, one failed."""
    spans = [span(1, 0, "api-gateway", "GET /report", 0, 10 * count, "server")]
    for number in range(2, count + 1):
        at = 10.0 * (number - 2) + 1
        service = ("orders", "billing", "stock")[number % 3]
        spans.append(
            span(number, 1, service, f"SELECT {number % 400}" if number > 200 else "SELECT item", at, 8, "client")
        )
    spans[count // 2] = replace(spans[count // 2], status="error", status_message="deadlock detected")
    return request(trace(spans, [log(number, "orders", "DEBUG", "row read", number) for number in range(2, 150)]))
