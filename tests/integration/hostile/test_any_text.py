"""Whatever a text holds, a screen is laid out as for a harmless one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.model.otlp import logs_of, spans_of
from phoenix_dev.model.request import Request
from phoenix_dev.model.span import Trace, TraceSummary
from phoenix_dev.render.story import Story
from phoenix_dev.render.tables import trace_lines
from phoenix_dev.render.waterfall import render_request
from tests.integration.hostile.guises import Case, as_sent, harmless, logs_export, spans_export
from tests.integration.terminal import COLUMNS, cells, obeyed
from tests.otlp import MS, NOON

if TYPE_CHECKING:
    from collections.abc import Callable

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
