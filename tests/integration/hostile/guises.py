"""A request in many guises: every string of its spans and logs hostile, or harmless and of the same size."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from phoenix_dev.render.text import escape
from tests.integration.terminal import cells
from tests.otlp import MS, log, new_span_id, new_trace_id, pairs, span

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

#: Stands in an export for a lone surrogate, which protobuf cannot hold and JSON can.
LONE = "\ue123"
MEGABYTE = "m" * 1_000_000
TEXTS = {
    "megabyte": "",
    "clear screen": "\x1b[2J\x1b[H",
    "cursor moves": "\x1b[10A\x1b[5;5H\x1b[K\x1b7\x1b8",
    "colour left on": "\x1b[31;1m\x1b[?25l\x1b[?1049h",
    "title": "\x1b]0;owned\x07\x1b]2;owned\x1b\\",
    "link": "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "C1 controls": "\x9b2J\x9d0;owned\x9c\x90q\x9c\x85",
    "device control": "\x1bP1$r0m\x1b\\\x1b_x\x1b\\\x1b^x\x1b\\",
    "reports": "\x1b[6n\x1b[c\x05",
    "bell, backspaces, delete": "\x07\x08\x08\x08\x7f",
    "carriage return": "shown\rhidden",
    "NUL": "\x00 after",
    "tab, line feed, form feed": "a\tb\nc\vd\fe\x1cf\x1dg\x1eh",
    "separators": "a\u2028b\u2029c\u00a0d\u3000e",
    "markup": "[bold red]x[/] [link=http://evil.example]y[/link] [/] [@click=app.quit]z[/]",
    "emoji codes": ":smile: :warning:",
    "right to left": "\u202egnp.exe\u202c \u2066a\u2069 \u2067b\u2069 \u200e\u200f\u061c",
    "letters from right to left": "\u05d0\u05d1\u05d2 \u0627\u0644\u0639",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\u00adf\u034fg\u3164h\ufff9i",
    "many marks": "Z" + "\u0310\u0489" * 200,
    "marks without a base": "\u0301\u0301\u0301",
    "byte order mark": "\ufeffa\ufeff",
    "noncharacters": "\uffff\ufdd0\U0001fffe\U0010ffff",
    "private use": "\ue000\uf8ff\U000f0000",
    "tags and selectors": "a\U000e0001\U000e0041\U000e0100b",
    "wide": "漢字かな交じり文 ｗｉｄｅ 한국어",
    "emoji sequences": "\U0001f469\u200d\U0001f52c \U0001f1e9\U0001f1ea \u263a\ufe0f \U0001f44d\U0001f3fd",
    "lone surrogates": f"{LONE}{LONE} {LONE}end",
    "percent": "%s %n %(x)s %99999999d %%",
    "braces": "{} {0} {x!r} {{}} ${HOME} $(id) `id` \\x1b \\",
    "quotes": "\"'`<script>&amp;</script>--data",
}
NAMES = list(TEXTS)
#: A request ID that all of them bear, so that one command shows them all.
OF_ALL = "one \x1b[2J\u202e[bold red]request[/]\x07 of all"


def as_sent(text: str) -> str:
    """The text itself."""
    return text


def harmless(text: str) -> str:
    """Letters, digits and spaces that take as much room as the text does when it is shown."""
    return "".join(map(_look_alike, escape(text.replace(LONE, "\ufffd"))))


def _look_alike(char: str) -> str:
    if char.isascii() and (char.isalnum() or char == " "):
        return char
    return "漢" if cells(char) == 2 else "x" * cells(char)


def within_json(guise: Callable[[str], str], text: str) -> str:
    """The text for a place where it is shown as a part of JSON, which spells some characters otherwise."""
    return text if guise is as_sent else guise(json.dumps(text, ensure_ascii=False)[1:-1])


@dataclass(frozen=True)
class Case:
    """A request whose every string holds one hostile text: `text` tells them apart by field."""

    number: int
    name: str
    trace_id: str
    root_id: str
    start: int

    def text(self, field: str) -> str:
        """The hostile text of a field; it begins and ends with letters."""
        if self.name == "megabyte":
            whole = field in ("name", "body", "message", "value")
            return f"{self.number:02} {field} {MEGABYTE if whole else 'm' * 2000} end"
        return f"{self.number:02} {field} {TEXTS[self.name]} end"


def spans_export(case: Case, guise: Callable[[str], str]) -> ExportTraceServiceRequest:
    """Two spans, with each kind of string there is."""

    def of(field: str) -> str:
        return guise(case.text(field))

    export = ExportTraceServiceRequest()
    group = export.resource_spans.add(schema_url=of("schema"))
    group.resource.attributes.extend(pairs({"service.name": of("service"), of("resource key"): of("resource value")}))
    scoped = group.scope_spans.add(schema_url=of("schema"))
    scoped.scope.name, scoped.scope.version = of("scope"), of("version")
    scoped.scope.attributes.extend(pairs({of("key"): of("value")}))
    child = _span(case, of, guise)
    scoped.spans.append(span(case.trace_id, of("root"), span_id=case.root_id, start=case.start, ms=20, kind=2))
    scoped.spans.append(child)
    return export


def _span(case: Case, of: Callable[[str], str], guise: Callable[[str], str]) -> ProtoSpan:
    child = span(case.trace_id, of("name"), parent=case.root_id, start=case.start + MS, ms=10, error=of("status"))
    child.trace_state = of("state")
    deep = {of("key"): [of("item"), {of("inner key"): of("inner value")}], "raw": b"\x1b[2J"}
    bearing = {"correlation_id": of("correlation"), "request_id": guise(OF_ALL)}
    child.attributes.extend(pairs({of("key"): of("value"), "deep": deep, **bearing}))
    event = child.events.add(name=of("event"), time_unix_nano=case.start + 2 * MS)
    event.attributes.extend(pairs({of("key"): of("value")}))
    raised = child.events.add(name="exception", time_unix_nano=case.start + 3 * MS)
    raised.attributes.extend(pairs(_exception(case, guise)))
    link = child.links.add(trace_id=bytes.fromhex(new_trace_id()), span_id=bytes.fromhex(new_span_id()))
    link.trace_state = of("link state")
    link.attributes.extend(pairs({of("key"): of("value")}))
    return child


def _exception(case: Case, guise: Callable[[str], str]) -> dict[str, str]:
    frame = guise(re.sub(r'[/\\\n"]', "", case.text("frame")[:60]))
    place = f'Traceback:\n  File "/app/{frame}.py", line 3, in {frame}\n    {frame}'
    kind, message = guise(case.text("type")), guise(case.text("message"))
    return {"exception.type": kind, "exception.message": message, "exception.stacktrace": place}


def logs_export(case: Case, guise: Callable[[str], str]) -> ExportLogsServiceRequest:
    """Two logs of the trace, one of them of its root span, and one without a trace."""

    def of(field: str) -> str:
        return guise(case.text(field))

    export = ExportLogsServiceRequest()
    group = export.resource_logs.add(schema_url=of("schema"))
    group.resource.attributes.extend(pairs({"service.name": of("service"), of("resource key"): of("resource value")}))
    scoped = group.scope_logs.add()
    scoped.scope.name = of("scope")
    bearing = {"correlation_id": of("correlation"), "request_id": guise(OF_ALL)}
    plain = log(of("body"), trace_id=case.trace_id, span_id=case.root_id, time=case.start + 4 * MS)
    body = {within_json(guise, case.text(field)): within_json(guise, case.text(field)) for field in ("key", "inner")}
    structured = log(body, trace_id=case.trace_id, time=case.start + 5 * MS, severity=17)
    loose = log(of("loose"), time=case.start + 6 * MS, severity=13)
    for record in (plain, structured, loose):
        record.severity_text, record.event_name = of("severity"), of("event")
        record.attributes.extend(pairs({of("key"): of("value"), **bearing}))
    structured.attributes.extend(pairs(_exception(case, guise)))
    scoped.log_records.extend([plain, structured, loose])
    return export
