"""What one line says, in every form that services write."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.lines.export import LogExport
from phoenix_dev.lines.parse import parse
from phoenix_dev.lines.text import LONGEST_MESSAGE, text_of_line
from phoenix_dev.model.identifier import own_id
from tests.otlp import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def _in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from phoenix_dev.lines.times import forget

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    forget()
    yield
    monkeypatch.undo()
    time.tzset()
    forget()


def test_a_line_of_r14_is_taken_apart() -> None:
    record = parse(
        json.dumps(
            {
                "timestamp": "2026-01-02T03:04:05.000000001Z",
                "level": "WARN",
                "service": "llm-service",
                "trace_id": TRACE,
                "span_id": SPAN,
                "correlation_id": "abcdef-123456",
                "message": "slow model",
                "request_id": "req-1",
                "duration_ms": 12.5,
                "metadata": {"user_id": "u-7", "http.method": "POST"},
            }
        )
    )
    assert (record.time_ns, record.severity, record.service, record.message) == (
        NOON + 1,
        13,
        "llm-service",
        "slow model",
    )
    assert (record.trace_id, record.span_id) == (TRACE, SPAN)
    assert record.attributes == {
        "correlation_id": "abcdef-123456",
        "request_id": "req-1",
        "duration_ms": 12.5,
        "metadata.user_id": "u-7",
        "metadata.http.method": "POST",
    }


def test_what_r14_leaves_empty_is_not_there() -> None:
    record = parse('{"message":"m","trace_id":"","span_id":"","correlation_id":"","request_id":"","duration_ms":null}')
    assert (record.trace_id, record.span_id, record.attributes) == ("", "", {})


def test_an_event_of_tracing_bears_the_ids_of_the_spans_around_it() -> None:
    spans = [
        {"correlation_id": "c-1", "trace_id": TRACE, "user": "outer", "name": "request"},
        {"request_id": "r-1", "span_id": SPAN, "user": "inner", "name": "complete"},
    ]
    event = {
        "timestamp": "2026-01-02T03:04:05.000000Z",
        "level": "ERROR",
        "fields": {"message": "model timed out", "attempt": 2},
        "target": "llm_service::model",
        "span": spans[-1],
        "spans": spans,
        "threadName": "tokio-runtime-worker",
    }
    record = parse(json.dumps(event))
    assert (record.time_ns, record.severity, record.message) == (NOON, 17, "model timed out")
    assert (record.trace_id, record.span_id) == (TRACE, SPAN)
    assert record.attributes == {
        "attempt": 2,
        "target": "llm_service::model",
        "threadName": "tokio-runtime-worker",
        "correlation_id": "c-1",
        "request_id": "r-1",
        "user": "inner",
        "span.name": "complete",
    }


def test_tracing_with_its_event_flattened_is_read_too() -> None:
    record = parse(
        '{"timestamp":"2026-01-02T03:04:05Z","level":"INFO","message":"hi","n":1,"target":"a","span":{"name":"s"}}'
    )
    assert (record.message, record.severity) == ("hi", 9)


@pytest.mark.parametrize(
    ("line", "severity", "message"),
    [
        pytest.param(f'{{"level":30,"time":{NOON // 10**6},"pid":1,"hostname":"h","msg":"x"}}', 9, "x", id="pino"),
        pytest.param('{"name":"a","level":50,"msg":"x","time":"2026-01-02T03:04:05.000Z","v":0}', 17, "x", id="bunyan"),
        pytest.param('{"level":"warn","ts":1767323045.0,"caller":"a.go:1","msg":"x"}', 13, "x", id="zap"),
        pytest.param('{"level":"fatal","msg":"x","time":"2026-01-02T03:04:05Z"}', 21, "x", id="logrus"),
        pytest.param('{"time":"2026-01-02T04:04:05+01:00","level":"DEBUG","msg":"x"}', 5, "x", id="slog"),
        pytest.param('{"event":"x","level":"warning","timestamp":"2026-01-02T03:04:05Z"}', 13, "x", id="structlog"),
        pytest.param('{"asctime":"2026-01-02 03:04:05,000Z","levelname":"CRITICAL","message":"x"}', 21, "x", id="json"),
        pytest.param('{"@timestamp":"2026-01-02T03:04:05.000Z","log.level":"trace","message":"x"}', 1, "x", id="ecs"),
        pytest.param('{"@t":"2026-01-02T03:04:05.0Z","@l":"Information","@m":"x"}', 9, "x", id="serilog"),
        pytest.param('time=2026-01-02T03:04:05Z level=error msg="x"', 17, "x", id="logfmt"),
        pytest.param("[2026-01-02T03:04:05Z WARN  shop::http] x", 13, "x", id="env_logger"),
        pytest.param("\x1b[2m2026-01-02T03:04:05.000000Z\x1b[0m \x1b[32m INFO\x1b[0m x", 9, "x", id="tracing"),
        pytest.param("2026-01-02 03:04:05,000Z - shop.http - ERROR - x", 17, "x", id="python-logging"),
        pytest.param("2026-01-02 03:04:05.000Z [main] DEBUG com.shop.Http - x", 5, "x", id="logback"),
        pytest.param("2026/01/02 03:04:05Z [error] x", 17, "x", id="nginx-error"),
        pytest.param("2026-01-02T03:04:05Z | INFO | x", 9, "x", id="bars"),
        pytest.param('1.2.3.4 - - [02/Jan/2026:03:04:05 +0000] "GET /a?b HTTP/1.1" 200 5', 0, None, id="access"),
    ],
)  # fmt: skip
def test_each_loggers_time_level_and_message_are_known(line: str, severity: int, message: str | None) -> None:
    record = parse(line)
    assert (record.time_ns, record.severity, record.message) == (NOON, severity, line if message is None else message)


@pytest.mark.parametrize(
    ("line", "severity", "message"),
    [
        ("INFO:shop.http:x", 9, "x"),
        ("ERROR: x", 17, "x"),
        ("[warn] x", 13, "x"),
        ("INFO:     127.0.0.1 GET", 9, "127.0.0.1 GET"),
        ("error: x", 17, "error: x"),
        ("warning[E0001]: x", 13, "warning[E0001]: x"),
        ("DEBUG x", 5, "DEBUG x"),
        ("Error opening a file", 0, "Error opening a file"),
        ("errors: 0", 0, "errors: 0"),
        ("just words", 0, "just words"),
        ('{"a": 1}', 0, '{"a": 1}'),
        ('{"message": ', 0, '{"message": '),
        ("[1, 2]", 0, "[1, 2]"),
        ("a=b", 0, "a=b"),
        ("1 + 1 = 2", 0, "1 + 1 = 2"),
        ("2026-13-45 03:04:05 INFO x", 0, "2026-13-45 03:04:05 INFO x"),
    ],
)
def test_what_is_not_known_for_sure_is_the_message_untouched(line: str, severity: int, message: str) -> None:
    record = parse(line)
    assert (record.severity, record.message, record.time_ns) == (severity, message, 0)


def test_a_word_behind_the_time_that_is_no_level_stays() -> None:
    record = parse("2026-01-02T03:04:05Z Error opening a file")
    assert (record.time_ns, record.message, record.severity) == (NOON, "Error opening a file", 0)


@pytest.mark.usefixtures("_in_berlin")
def test_a_time_without_a_zone_is_this_machines() -> None:
    assert parse("2026-01-02 04:04:05,000 INFO x").time_ns == NOON


@pytest.mark.usefixtures("_in_berlin")
def test_a_date_without_a_year_is_the_latest_that_has_passed() -> None:
    record = parse("E0102 04:04:05.000001   12345 server.go:42] x")
    assert (record.severity, record.message, record.attributes) == (17, "x", {"code.file.path": "server.go:42"})
    assert record.time_ns % 10**9 == 1000
    assert 0 < time.time_ns() - record.time_ns < 367 * 86_400 * 10**9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"accepted traceparent=00-{TRACE}-{SPAN}-01", (TRACE, SPAN, "", "")),
        (f'INFO request{{correlation_id=c-1 request_id="r-1"}}: x trace_id={TRACE}', (TRACE, "", "c-1", "r-1")),
        (f"[trace_id={TRACE} span_id={SPAN} trace_sampled=True] - x", (TRACE, SPAN, "", "")),
        (f'{{"msg":"x","traceparent":"00-{TRACE}-{SPAN}-01"}}', (TRACE, SPAN, "", "")),
        (f'{{"msg":"x","otelTraceID":"{TRACE}","otelSpanID":"{SPAN}"}}', (TRACE, SPAN, "", "")),
        (f'{{"msg":"x","trace_id":"{"0" * 32}","correlationId":"c-1"}}', ("", "", "c-1", "")),
        (f"level=info msg=x traceID={TRACE.upper()} x-correlation-id=c-1", (TRACE, "", "c-1", "")),
    ],
)
def test_ids_are_found_wherever_they_stand(text: str, expected: tuple[str, ...]) -> None:
    record = parse(text)
    found = (own_id(record.attributes, "correlation"), own_id(record.attributes, "request"))
    assert (record.trace_id, record.span_id, *found) == expected


def test_what_makes_no_sense_stays_as_an_attribute() -> None:
    record = parse('{"msg":"x","level":"loud","time":"soon","trace_id":"none","timestamp":7}')
    assert (record.severity, record.time_ns, record.trace_id) == (0, 0, "")
    assert record.attributes == {"level": "loud", "time": "soon", "trace_id": "none", "timestamp": 7}


def test_the_exception_of_a_json_line_has_the_names_that_exceptions_have() -> None:
    pino = parse('{"level":50,"msg":"x","err":{"type":"TypeError","message":"no","stack":"TypeError: no\\n    at a"}}')
    assert pino.attributes["exception.type"] == "TypeError"
    assert pino.attributes["exception.message"] == "no"
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: no'
    structlog = parse(json.dumps({"event": "x", "exception": trace}))
    assert structlog.attributes == {
        "exception.type": "ValueError",
        "exception.message": "no",
        "exception.stacktrace": trace,
    }


def test_a_line_of_a_megabyte_is_cut_and_says_so() -> None:
    for line in ("x" * 2**20, "x" * 2**21, json.dumps({"msg": "x" * 2**19})):
        message = parse(line).message
        assert message.startswith("x" * LONGEST_MESSAGE + "… [cut: it had ")
        assert len(message) < LONGEST_MESSAGE + 60


def test_brackets_in_brackets_without_end_are_a_message() -> None:
    line = '{"msg":' + "[" * 100_000
    assert parse(line).message == line
    deep = '{"msg":"x","a":' + "[" * 300 + "]" * 300 + "}"
    exported = LogExport("s")
    exported.add(parse(deep), 1)
    assert type(exported.request).FromString(exported.request.SerializeToString()) == exported.request


def _keys() -> st.SearchStrategy[str]:
    known = ("message", "msg", "level", "time", "timestamp", "ts", "trace_id", "span_id", "service", "fields", "span")
    return st.sampled_from((*known, "spans", "metadata", "err", "stack", "correlation_id")) | st.text()


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(_keys(), inner),
    max_leaves=8,
)


@given(st.dictionaries(_keys(), JSON))
def test_any_json_becomes_a_record_that_can_be_sent(found: dict[str, Any]) -> None:
    line = json.dumps(found)
    record = parse(line)
    if isinstance(found.get("message"), str) and "fields" not in found and "\x1b" not in found["message"]:
        assert record.message == found["message"]
    exported = LogExport("s")
    exported.add(record, 1)
    assert type(exported.request).FromString(exported.request.SerializeToString()).ByteSize()
    assert repr(parse(line)) == repr(record)


_PIECES = st.sampled_from(
    ("\x1b[3m", "\x1b", "2026-01-02T03:04:05Z", " ", "INFO", "[", "]", "ERROR:", "a=", '"', "{", "\n", "\tat x", "E: ")
)  # fmt: skip


@given(st.lists(_PIECES | st.text(st.characters(exclude_categories=())), max_size=12).map("".join))
def test_any_text_becomes_a_record_whose_message_is_the_end_of_it(text: str) -> None:
    from phoenix_dev.lines.text import without_escapes

    shown = without_escapes(text)
    assert "\x1b" not in shown
    assert without_escapes(shown) == shown
    record = parse(text)
    assert shown.endswith(record.message) or text.lstrip()[:1] == "{" or "=" in text
    assert repr(parse(text)) == repr(record)
    exported = LogExport("s")
    exported.add(record, 1)
    assert exported.request.SerializeToString()


@given(st.binary())
def test_any_bytes_are_a_text(line: bytes) -> None:
    parse(text_of_line(line))
