"""Hostile text: whatever the strings of spans and logs hold, every command shows it escaped and changes nothing else on
the screen; `--json` gives it back as it was sent.

Two engines hold the same request in many guises, one with hostile texts in every string and one with harmless texts of
the same size: what a terminal shows of the one must be laid out as what it shows of the other.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import grpc
import httpx
import pytest
from google.protobuf import json_format
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.model.otlp import logs_of, spans_of
from phoenix_dev.model.request import Request
from phoenix_dev.model.span import Trace, TraceSummary
from phoenix_dev.render.story import Story
from phoenix_dev.render.tables import trace_lines
from phoenix_dev.render.text import escape
from phoenix_dev.render.waterfall import render_request
from tests.integration.terminal import COLUMNS, cells, obeyed, run_in_terminal
from tests.otlp import MS, NOON, SECOND, log, logs, new_span_id, new_trace_id, pairs, span, traces
from tests.ports import own_ports
from tests.running import CommandLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.integration.terminal import Screen
    from tests.running import Ran

    Export = ExportTraceServiceRequest | ExportLogsServiceRequest

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
#: What an ID typed as an argument may hold: no NUL, which no argument can.
TYPED = ("title", "tab, line feed, form feed", "right to left")


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


@dataclass(frozen=True)
class Engine:
    """A running engine with one guise of every case."""

    env: dict[str, str]
    endpoints: dict[str, str]
    guise: Callable[[str], str]

    def piped(self, *args: str) -> Ran:
        return CommandLine()(*args, env=self.env)

    def on_terminal(self, *args: str) -> Screen:
        return run_in_terminal(*args, env=self.env)

    def send(self, case: Case) -> None:
        """Over a different way for each case; what only JSON can hold over JSON."""
        for export in (spans_export(case, self.guise), logs_export(case, self.guise)):
            way = 1 if LONE in TEXTS[case.name] else case.number % 3
            (self.post, self.post_json, self.call)[way](export)

    def post(self, export: Export, body: bytes | None = None, kind: str = "application/x-protobuf") -> None:
        content = export.SerializeToString() if body is None else body
        answer = httpx.post(self._url(export), content=content, headers={"content-type": kind}, timeout=30)
        assert answer.status_code == 200, answer.text

    def post_json(self, export: Export) -> None:
        sent = json.dumps(_with_hex_ids(json_format.MessageToDict(export, use_integers_for_enums=True)))
        self.post(export, sent.replace(json.dumps(LONE)[1:-1], "\\ud800").encode(), "application/json")

    def call(self, export: Export) -> None:
        self.call_with(
            export.SerializeToString(), "traces" if isinstance(export, ExportTraceServiceRequest) else "logs"
        )

    def call_with(self, body: bytes, signal: str) -> None:
        """Export over gRPC; raises RpcError where that is refused."""
        service = "trace.v1.TraceService" if signal == "traces" else "logs.v1.LogsService"
        with grpc.insecure_channel(self.endpoints["otlp_grpc"].removeprefix("http://")) as channel:
            export = channel.unary_unary(f"/opentelemetry.proto.collector.{service}/Export", bytes, bytes)
            export(body, timeout=30)

    def _url(self, export: Export) -> str:
        return (
            f"{self.endpoints['otlp_http']}/v1/{'traces' if isinstance(export, ExportTraceServiceRequest) else 'logs'}"
        )


def _with_hex_ids(value: Any) -> Any:
    if isinstance(value, dict):
        ids = ("traceId", "spanId", "parentSpanId")
        return {key: _hex(each) if key in ids else _with_hex_ids(each) for key, each in value.items()}
    return [_with_hex_ids(each) for each in value] if isinstance(value, list) else value


def _hex(base64: str) -> str:
    return b64decode(base64).hex()


def start(home: Path, guise: Callable[[str], str]) -> Engine:
    """`up` on free ports."""
    env = {"PHOENIX_DEV_HOME": str(home), **own_ports()}
    ran = CommandLine()("up", "--runtime", "embedded", "--json", env=env)
    assert ran.code == 0, ran.stderr
    return Engine(env, ran.json()["endpoints"], guise)


def filled(engine: Engine, cases: Sequence[Case]) -> None:
    """Send every case, something that completion may offer, and something that is refused."""
    for case in cases:
        engine.send(case)
    service = engine.guise(cases[0].text("service"))
    engine.post(traces("plain-service", span(new_trace_id(), start=cases[0].start)))
    refused = traces(service, span(new_trace_id(), "BAD"))
    answer = httpx.post(f"{engine.endpoints['otlp_http']}/v1/traces", content=spoilt(refused), headers=PROTOBUF)
    assert answer.status_code == 400


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    begin = time.time_ns() - 60 * SECOND
    return [
        Case(number, name, new_trace_id(), new_span_id(), begin + number * SECOND) for number, name in enumerate(TEXTS)
    ]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory, cases: list[Case]) -> Iterator[list[Engine]]:
    """An engine that holds the hostile guise of every case, and one that holds the harmless guise."""
    guises = [(tmp_path_factory.mktemp(guise.__name__), guise) for guise in (as_sent, harmless)]
    with ThreadPoolExecutor(2) as both:
        running = list(both.map(lambda each: start(*each), guises))
        try:
            list(both.map(lambda engine: filled(engine, cases), running))
            yield running
        finally:
            for stopped in both.map(lambda engine: engine.piped("down"), running):
                assert stopped.code == 0, stopped.stderr


@pytest.fixture
def hostile(engines: list[Engine]) -> Engine:
    return engines[0]


@pytest.fixture
def twin(engines: list[Engine]) -> Engine:
    return engines[1]


def of_case(name: str, *words: str) -> Callable[[Engine, list[Case]], list[str]]:
    """A command in which `{field}` stands for a text of a case as the engine holds it."""

    def args(engine: Engine, cases: list[Case]) -> list[str]:
        case = cases[NAMES.index(name)]
        known = {"trace_id": case.trace_id, "root_id": case.root_id, "all": engine.guise(OF_ALL)}
        return [
            re.sub(r"\{(\w+)\}", lambda m: known.get(m[1]) or engine.guise(case.text(m[1])), word) for word in words
        ]

    return args


def by_pattern(engine: Engine, cases: list[Case]) -> list[str]:
    """`--grep` with the text itself."""
    return ["logs", "--grep", re.escape(engine.guise(cases[NAMES.index("title")].text("body")))]


READING: dict[str, Callable[[Engine, list[Case]], list[str]]] = {
    "trace last": of_case("wide", "trace", "last"),
    "trace last-error": of_case("wide", "trace", "last-error"),
    "trace of a trace ID": of_case("many marks", "trace", "{trace_id}"),
    "trace of a traceparent": of_case("markup", "trace", "00-{trace_id}-{root_id}-01"),
    "trace of a span ID": of_case("NUL", "trace", "--as", "span", "{root_id}"),
    "trace of a megabyte": of_case("megabyte", "trace", "{trace_id}"),
    "trace of a request ID": of_case("wide", "trace", "{all}"),
    "trace --expand": of_case("wide", "trace", "{all}", "--expand"),
    **{f"trace of a correlation ID: {name}": of_case(name, "trace", "{correlation}") for name in TYPED},
    "traces": of_case("wide", "traces", "--limit", "100"),
    "traces --attr": of_case("title", "traces", "--attr", "{key}={value}"),
    "traces --correlation": of_case("C1 controls", "traces", "--correlation", "{correlation}"),
    "traces --service --operation": of_case("link", "traces", "--service", "{service}", "--operation", "{name}"),
    "logs": of_case("wide", "logs"),
    "logs of all requests": of_case("wide", "logs", "--correlation"),
    "logs of a correlation ID": of_case("tab, line feed, form feed", "logs", "--correlation", "{correlation}"),
    "logs of a request ID": of_case("wide", "logs", "--request", "{all}"),
    "logs of a trace": of_case("megabyte", "logs", "--trace", "{trace_id}"),
    "logs --grep": by_pattern,
    "logs --service --level": of_case("reports", "logs", "--service", "{service}", "--level", "warn"),
    "services": of_case("wide", "services"),
    "status": of_case("wide", "status"),
}
a_command = pytest.mark.parametrize("command", READING)


@a_command
def test_a_terminal_shows_nothing_but_text_in_colours_laid_out_as_ever(
    command: str, hostile: Engine, twin: Engine, cases: list[Case]
) -> None:
    def run(engine: Engine) -> Screen:
        return engine.on_terminal(*READING[command](engine, cases))

    with ThreadPoolExecutor(2) as both:
        shown, expected = both.map(run, (hostile, twin))
    assert (shown.code, expected.code) == (0, 0), shown.written
    assert obeyed("".join(shown.lines)) == set()
    assert shown.is_coloured
    assert max(map(cells, shown.lines)) <= COLUMNS
    assert len(shown.lines) == len(expected.lines), compared(shown, expected)
    assert shapes(shown) == shapes(expected), compared(shown, expected)


def shapes(screen: Screen) -> list[bool]:
    """Which lines are empty: where the blocks of an output begin and end."""
    return [not line for line in screen.lines]


def compared(shown: Screen, expected: Screen) -> str:
    """Both screens, line by line."""
    return "\n".join(f"{one!r}\n{other!r}" for one, other in zip_longest(shown.lines, expected.lines))


@a_command
def test_a_pipe_gets_nothing_but_text_and_line_feeds_and_json_plain_ascii(
    command: str, hostile: Engine, cases: list[Case]
) -> None:
    args = READING[command](hostile, cases)
    with ThreadPoolExecutor(2) as both:
        ran, as_json = both.map(lambda more: hostile.piped(*args, *more), ([], ["--json"]))
    assert (ran.code, as_json.code) == (0, 0), ran.stderr + as_json.stderr
    assert ran.stdout
    assert obeyed((ran.stdout + ran.stderr).replace("\n", "")) == set()
    assert as_json.stdout.isascii()
    assert obeyed(as_json.stdout.replace("\n", "")) == set()
    assert as_json.json_lines() if command.startswith("logs") else as_json.json()


def kept(case: Case, field: str) -> str:
    """A text as it must come back: UTF-8 has no lone surrogates."""
    return case.text(field).replace(LONE, "\ufffd")


def test_json_gives_every_string_of_spans_back_as_it_was_sent(hostile: Engine, cases: list[Case]) -> None:
    found = {trace["trace_id"]: trace for trace in hostile.piped("trace", OF_ALL, "--json").json()["traces"]}
    assert len(found) == len(cases)
    for case in cases:
        text = partial(kept, case)
        _, child = found[case.trace_id]["spans"]
        said = {text("key"): text("value")}
        assert found[case.trace_id]["correlation_ids"] == [text("correlation")]
        assert child["name"] == text("name")
        assert child["service"] == text("service")
        assert child["status_message"] == text("status")
        assert child["scope"] == text("scope")
        assert child["resource"] == {"service.name": text("service"), text("resource key"): text("resource value")}
        assert child["attributes"].items() >= {**said, "correlation_id": text("correlation")}.items()
        assert child["attributes"]["deep"][text("key")] == [text("item"), {text("inner key"): text("inner value")}]
        assert [event["name"] for event in child["events"]] == [text("event"), "exception"]
        assert child["events"][0]["attributes"] == said
        assert child["events"][1]["attributes"]["exception.message"] == text("message")
        assert child["links"][0]["attributes"] == said


def test_json_gives_every_string_of_logs_back_as_it_was_sent(hostile: Engine, cases: list[Case]) -> None:
    found = hostile.piped("logs", "--json").json_lines()
    assert len(found) == 3 * len(cases)
    for case in cases:
        text = partial(kept, case)
        plain, structured, loose = found[3 * case.number : 3 * case.number + 3]
        assert plain["message"] == text("body")
        assert json.loads(structured["message"]) == {text("key"): text("key"), text("inner"): text("inner")}
        assert loose["message"] == text("loose")
        for record in (plain, structured, loose):
            assert record["service"] == text("service")
            assert record["correlation_id"] == text("correlation")
            assert record["request_id"] == OF_ALL
            assert record["scope"] == text("scope")
            assert record["attributes"][text("key")] == text("value")
            assert record["resource"][text("resource key")] == text("resource value")


def test_markup_and_emoji_codes_are_text(hostile: Engine, cases: list[Case]) -> None:
    for name, typed in (("markup", "[bold red]x[/]"), ("emoji codes", ":smile:")):
        case = cases[NAMES.index(name)]
        for args in (["trace", case.trace_id], ["logs", "--trace", case.trace_id], ["traces", "--limit", "100"]):
            assert typed in hostile.piped(*args).stdout
        assert typed in hostile.on_terminal("trace", case.trace_id).written


def test_a_line_of_a_megabyte_is_cut_with_a_mark_on_a_terminal_and_whole_elsewhere(
    hostile: Engine, cases: list[Case]
) -> None:
    case = cases[NAMES.index("megabyte")]
    for args in (["trace", case.trace_id], ["logs", "--trace", case.trace_id]):
        screen = hostile.on_terminal(*args)
        assert "m…" in screen.written
        assert len(screen.written) < 20_000
        assert MEGABYTE in hostile.piped(*args).stdout
        assert MEGABYTE in hostile.piped(*args, "--json").stdout


NOT_UTF_8 = os.fsdecode(b"\xff\x9b2J")
TYPED_TEXT = f"typed \x1b[2J\x1b]0;owned\x07 \u202e[bold red]x[/]\u2028 {NOT_UTF_8} end"
MISTYPED = (
    ("trace", "{}"),
    ("trace", "--as", "trace", "{}"),
    ("trace", "--as", "request", "{}"),
    ("trace", "--as", "{}", "last"),
    ("trace", "last", "{}"),
    ("logs", "--correlation", "{}"),
    ("logs", "--trace", "{}", "--json"),
    ("logs", "--level", "{}"),
    ("logs", "--since", "{}"),
    ("logs", "--grep", "({}"),
    ("traces", "--attr", "{}"),
    ("traces", "--min-duration", "{}"),
    ("--project", "{}", "status"),
    ("{}",),
    ("logs", "--{}"),
)


@pytest.mark.parametrize("words", MISTYPED, ids=" ".join)
def test_what_was_mistyped_is_told_escaped_in_a_sentence(words: tuple[str, ...], hostile: Engine) -> None:
    ran = hostile.piped(*(word.replace("{}", TYPED_TEXT) for word in words))
    assert ran.code in (1, 2)
    assert ran.stdout == ""
    assert re.fullmatch(r"error: .*typed .*\n(hint: .*\n)?", ran.stderr)
    assert obeyed(ran.stderr.replace("\n", "")) == set()


def test_on_a_terminal_it_is_told_escaped_too(hostile: Engine) -> None:
    for words in (("trace", TYPED_TEXT), ("logs", "--level", TYPED_TEXT)):
        screen = hostile.on_terminal(*words)
        assert screen.code in (1, 2)
        assert obeyed("".join(screen.lines)) == set()
        assert len(screen.lines) <= 2


@pytest.mark.parametrize("option", ["--service", "--operation", "--correlation"])
def test_a_name_that_no_telemetry_can_bear_is_not_found(option: str, hostile: Engine) -> None:
    ran = hostile.piped("traces", option, NOT_UTF_8)
    assert (ran.code, ran.stdout) == (0, "")
    assert "no trace matches" in ran.stderr


def test_the_shell_is_offered_no_hostile_word(hostile: Engine) -> None:
    asked = {
        "_PHOENIX_DEV_COMPLETE": "bash_complete",
        "COMP_WORDS": "phoenix-dev logs --service ",
        "COMP_CWORD": "3",
    }
    program = "from phoenix_dev.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | hostile.env | asked, capture_output=True, check=True
    )
    assert ran.stdout.decode().splitlines() == ["plain,plain-service"]
    assert ran.stderr == b""


PROTOBUF = {"content-type": "application/x-protobuf"}


def spoilt(export: Export) -> bytes:
    """The export's bytes, in which what was BAD is not UTF-8."""
    return export.SerializeToString().replace(b"BAD", b"\xff\xfe\x80")


def bad_span(**fields: Any) -> ExportTraceServiceRequest:
    return traces("orders", span(new_trace_id(), **fields))


BAD: dict[str, Export] = {
    "resource_spans[0].resource.attributes[0].value.string_value": traces("BAD", span(new_trace_id())),
    "resource_spans[0].scope_spans[0].scope.name": traces("orders", span(new_trace_id()), scope="BAD"),
    "resource_spans[0].scope_spans[0].spans[0].name": bad_span(name="BAD"),
    "resource_spans[0].scope_spans[0].spans[0].trace_state": bad_span(trace_state="BAD"),
    "resource_spans[0].scope_spans[0].spans[0].status.message": bad_span(error="BAD"),
    "resource_spans[0].scope_spans[0].spans[0].attributes[0].key": bad_span(attributes={"BAD": 1}),
    "resource_spans[0].scope_spans[0].spans[0].attributes[1].value.array_value.values[0].string_value": bad_span(
        attributes={"a": 1, "b": ["BAD"]}
    ),
    "resource_spans[0].scope_spans[0].spans[0].events[0].name": bad_span(events=[ProtoSpan.Event(name="BAD")]),
    "resource_spans[0].scope_spans[0].spans[0].links[0].trace_state": bad_span(
        links=[ProtoSpan.Link(trace_state="BAD")]
    ),
    "resource_logs[0].scope_logs[0].log_records[0].body.string_value": logs("orders", log("BAD")),
    "resource_logs[0].scope_logs[0].log_records[1].attributes[0].key": logs("orders", log("a"), log("b", BAD=1)),
}


@pytest.mark.parametrize("field", BAD)
def test_bytes_that_are_not_utf_8_are_refused_by_the_name_of_their_field(field: str, hostile: Engine) -> None:
    body, signal = spoilt(BAD[field]), "traces" if "span" in field else "logs"
    answer = httpx.post(f"{hostile.endpoints['otlp_http']}/v1/{signal}", content=body, headers=PROTOBUF)
    assert answer.status_code == 400
    assert Status.FromString(answer.content).message == f"{field} is not UTF-8"
    with pytest.raises(grpc.RpcError) as refused:
        hostile.call_with(body, signal)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == f"{field} is not UTF-8"


TELEMETRY = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("\x00\x07\x08\t\n\r\x1b\x7f\x9b\u200b\u2028\u202e\u2066\ufeff\u0301\ufe0f[]:=\"' 漢\U0001f600"),
    ),
    max_size=120,
)


@settings(max_examples=50)
@given(TELEMETRY)
def test_whatever_the_text_a_screen_is_laid_out_as_for_a_harmless_one(text: str) -> None:
    class Drawn(Case):
        def text(self, field: str) -> str:
            return f"{field} {text} end"

    case = Drawn(0, "drawn", "ab" * 16, "cd" * 8, NOON)
    shown, expected = rendered(case, as_sent), rendered(case, harmless)
    assert len(shown) == len(expected)
    for line in shown:
        assert obeyed(line) == set()
        assert cells(line) <= COLUMNS


def rendered(case: Case, guise: Callable[[str], str]) -> list[str]:
    """The lines of `trace`, `logs` and `traces` on a terminal."""
    spans = tuple(spans_of(TracesData(resource_spans=spans_export(case, guise).resource_spans)))
    records = tuple(logs_of(LogsData(resource_logs=logs_export(case, guise).resource_logs)))
    traced = tuple(record for record in records if record.trace_id)
    request = Request("typed", "request", (Trace(case.trace_id, spans, traced),), records[2:])
    summary = TraceSummary(case.trace_id, case.start, MS, spans[0].service, spans[0].name, 2, 1, True)
    story = Story(mixed=True, clip=True, width=COLUMNS)
    texts = [
        *render_request(request, width=COLUMNS),
        *(line for record in records for line in story.lines(record)),
        *trace_lines([summary], width=COLUMNS, now_ns=NOON),
    ]
    return [text.plain for text in texts]
