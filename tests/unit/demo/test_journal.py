from __future__ import annotations

import io
import json
import logging
from typing import Any

from opentelemetry.context import attach, detach
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from phoenix_dev.demo.identity import IdentityLogProcessor, accept
from phoenix_dev.demo.journal import Journal, JsonLines, LibraryLines

KEYS = [
    "timestamp",
    "level",
    "service",
    "trace_id",
    "span_id",
    "correlation_id",
    "message",
    "request_id",
    "duration_ms",
    "metadata",
]


def written(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def journal_on(out: io.StringIO) -> Journal:
    provider = LoggerProvider(Resource({"service.name": "shop"}), shutdown_on_exit=False)
    for processor in (IdentityLogProcessor(), JsonLines("shop", out)):
        provider.add_log_record_processor(processor)
    return Journal(provider.get_logger("test"))


def test_a_line_has_exactly_the_keys_of_r14() -> None:
    out = io.StringIO()
    journal_on(out).write("WARN", "late", duration_ms=12.34567, user_id="u-1", **{"http.path": "/api"})
    (line,) = written(out)
    assert list(line) == KEYS
    assert (line["level"], line["service"], line["message"], line["duration_ms"]) == ("WARN", "shop", "late", 12.346)
    assert line["metadata"] == {"user_id": "u-1", "http.path": "/api"}


def test_outside_of_a_request_the_ids_are_empty_and_not_missing() -> None:
    out = io.StringIO()
    journal_on(out).write("INFO", "started")
    (line,) = written(out)
    assert [line[key] for key in ("trace_id", "span_id", "correlation_id", "request_id")] == [""] * 4
    assert (line["duration_ms"], line["metadata"]) == (None, {})


def test_inside_of_a_request_a_line_bears_its_ids() -> None:
    out = io.StringIO()
    journal = journal_on(out)
    token = attach(accept({"x-correlation-id": "corr-1", "x-request-id": "req-1"}))
    try:
        with TracerProvider(shutdown_on_exit=False).get_tracer("t").start_as_current_span("work") as span:
            journal.write("TRACE", "deep")
    finally:
        detach(token)
    (line,) = written(out)
    assert (line["correlation_id"], line["request_id"]) == ("corr-1", "req-1")
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert line["span_id"] == f"{span.get_span_context().span_id:016x}"


def test_a_message_of_several_lines_stays_one_line() -> None:
    out = io.StringIO()
    journal_on(out).write("INFO", "one\ntwo\x1b[31m\ud800")
    assert len(out.getvalue().splitlines()) == 1
    assert written(out)[0]["message"] == "one\ntwo\x1b[31m\ud800"


def test_libraries_speak_in_the_same_form() -> None:
    out = io.StringIO()
    record = logging.LogRecord("urllib3", logging.ERROR, "x.py", 1, "cannot %s", ("connect",), None)
    LibraryLines(JsonLines("shop", out)).emit(record)
    (line,) = written(out)
    assert (line["level"], line["message"], line["metadata"]) == ("ERROR", "cannot connect", {"logger": "urllib3"})
