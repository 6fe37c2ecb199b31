"""Hostile text in every string of spans and logs changes nothing on the screen but its own, escaped, place."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.model.request import Request
from phoenix_dev.model.service import ServiceActivity
from phoenix_dev.model.span import SpanEvent, SpanLink, TraceSummary
from phoenix_dev.render.jsonout import request_json
from phoenix_dev.render.output import Output, json_text
from phoenix_dev.render.story import Story
from phoenix_dev.render.tables import service_lines, trace_lines
from phoenix_dev.render.waterfall import render_request
from tests.unit.render import samples
from tests.unit.render.hostile import HOSTILE
from tests.unit.render.samples import T0
from tools.picture import export_svg

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.span import Span


def poisoned(found: Request, poison: Callable[[str], str]) -> Request:
    """The same request with every string that a sender chooses made hostile; services stay apart."""

    def attributes(_: Any) -> dict[str, Any]:
        return {poison("key"): poison("value"), poison("list"): [poison("item"), {poison("k"): b"\x1b[0m"}]}

    def of_span(span: Span) -> Span:
        events = tuple(SpanEvent(event.time_ns, poison(event.name), attributes(event)) for event in span.events)
        exceptions = [
            SpanEvent(
                span.start_ns,
                "exception",
                {f"exception.{key}": poison(key) for key in ("type", "message", "stacktrace")},
            )
        ]
        return replace(
            span,
            service=poison(span.service),
            name=poison(span.name),
            status_message=poison(span.status_message),
            attributes=attributes(span),
            resource=attributes(span),
            scope=poison(span.scope),
            events=(*events, *(exceptions if span.status == "error" else [])),
            links=tuple(SpanLink(link.trace_id, link.span_id, attributes(link)) for link in span.links),
        )

    def of_log(record: LogRecord) -> LogRecord:
        return replace(
            record,
            service=poison(record.service),
            message=poison(record.message),
            correlation_id=poison(record.correlation_id),
            request_id=poison(record.request_id),
            attributes=attributes(record),
            resource=attributes(record),
            scope=poison(record.scope),
        )

    traces = tuple(
        replace(trace, spans=tuple(map(of_span, trace.spans)), logs=tuple(map(of_log, trace.logs)))
        for trace in found.traces
    )
    return Request(poison(found.id), found.kind, traces, tuple(map(of_log, found.logs)))


def printed(found: Request, *, clip: bool, colour: bool = False) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    output = Output(stdout=stream, environ={"FORCE_COLOR": "1"} if colour else {})
    output.lines(render_request(found, width=80, colour=colour, clip=clip))
    stream.seek(0)
    return stream.read()


def is_harmless(text: str) -> bool:
    return all(
        char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in text
    )


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
@pytest.mark.parametrize("name", ["healthy", "failing", "skewed", "orphaned", "lost_context", "logs_only"])
def test_the_waterfall_holds_only_printable_lines(name: str, hostile: str) -> None:
    found = getattr(samples, name)()
    for clip in (True, False):
        tame = printed(poisoned(found, lambda text: text + "x" * 5), clip=clip)
        wild = printed(poisoned(found, lambda text: text + hostile), clip=clip)
        assert is_harmless(wild)
        if len(hostile) < 20:
            assert abs(wild.count("\n") - tame.count("\n")) <= 6  # long messages may take another line, nothing more


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_the_only_escapes_in_colour_are_our_own_styles(hostile: str) -> None:
    wild = printed(poisoned(samples.failing(), lambda text: text + hostile), clip=True, colour=True)
    pieces = wild.split("\x1b[")
    assert len(pieces) > 1
    assert all(set(piece.partition("m")[0]) <= set("0123456789;") for piece in pieces[1:])
    assert is_harmless("".join([pieces[0], *(piece.partition("m")[2] for piece in pieces[1:])]))


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
@pytest.mark.parametrize("clip", [True, False])
def test_one_record_is_one_line_whatever_it_says(hostile: str, clip: bool) -> None:
    story = Story(mixed=True, clip=clip)
    for record in poisoned(samples.healthy(), lambda text: text + hostile).all_logs:
        lines = [line.plain for line in story.lines(record) if not line.plain.startswith("──")]
        assert len(lines) == 1
        assert all("\n" not in line and is_harmless(line) for line in lines)


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_lists_keep_a_line_an_entry(hostile: str) -> None:
    traces = [TraceSummary("ab" * 16, T0, 5, "root" + hostile, "name" + hostile, 1, 1, True)]
    services = [ServiceActivity("service" + hostile, 1, 1, 1, 1, T0)]
    lines = [
        line.plain
        for line in (*trace_lines(traces, width=80, now_ns=T0), *service_lines(services, width=80, now_ns=T0))
    ]
    assert len(lines) == 4
    assert all("\n" not in line and is_harmless(line) for line in lines)


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_json_is_ascii_and_gives_every_string_back(hostile: str) -> None:
    text = json_text(request_json(poisoned(samples.failing(), lambda text: text + hostile)))
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text)["traces"][0]["spans"][0]["name"] == "POST /api/process" + hostile


def test_a_megabyte_in_every_string_takes_no_more_lines() -> None:
    huge = "\x1b[31m\u202e" * (1 << 17)
    wild = printed(poisoned(samples.healthy(), lambda text: text + huge), clip=True)
    assert is_harmless(wild)
    assert len(wild.encode()) < 50_000


def test_a_picture_stays_an_svg_document() -> None:
    from xml.etree import ElementTree

    svg = export_svg(poisoned(samples.failing(), lambda text: text + "</text><script>\x00\x1b\ud800"), title="x")
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert not any(element.tag.endswith("script") for element in root.iter())
