"""Whatever the spans of a trace say of each other, it is laid out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.timeline import rows_of, shifts_of, timeline_of
from tests.unit.model.timeline.laid_out import laid_out
from tests.unit.render.samples import log, span, trace

if TYPE_CHECKING:
    from phoenix_dev.model.span import Trace

_IDS = st.integers(0, 6)
_SPANS = st.lists(
    st.builds(
        lambda number, parent, service, name, start, length, kind, status: span(
            number, parent, service, name, start, length, kind, status
        ),
        _IDS,
        _IDS,
        st.sampled_from("abc"),
        st.sampled_from(["x", "y"]),
        st.floats(-1000, 1000),
        st.floats(-50, 1000),
        st.sampled_from(["internal", "server", "client", "producer", "consumer"]),
        st.sampled_from(["unset", "ok", "error"]),
    ),
    max_size=20,
)
_TRACES = st.builds(
    trace, _SPANS, st.lists(st.builds(log, st.floats(-10, 10), st.just("a"), st.just("INFO"), st.just("m"), _IDS))
)


@given(_TRACES)
def test_every_span_and_log_appears_exactly_once(any_trace: Trace) -> None:
    timeline = timeline_of(any_trace)
    assert Counter(id(bar.span) for bar in timeline.bars) == Counter(id(span) for span in any_trace.spans)
    logs = [*timeline.logs, *(record for bar in timeline.bars for record in bar.logs)]
    assert Counter(map(id, logs)) == Counter(map(id, any_trace.logs))


@given(_TRACES)
def test_who_asks_for_corrections_alone_gets_those_that_are_shown(any_trace: Trace) -> None:
    shown = {id(bar.span): bar.skew_ns for bar in timeline_of(any_trace).bars}
    assert shifts_of(any_trace.spans) == [shown[id(span)] for span in any_trace.spans]


@given(_TRACES)
def test_the_tree_is_sound_and_time_never_negative(any_trace: Trace) -> None:
    timeline = timeline_of(any_trace)
    for index, bar in enumerate(timeline.bars):
        assert 0 <= bar.offset_ns <= bar.end_ns <= timeline.duration_ns
        assert bar.parent < index
        assert all(timeline.bars[child].parent == index for child in bar.children)
        assert bar.size == 1 + sum(timeline.bars[child].size for child in bar.children)
    assert sum(timeline.bars[top].size for top in timeline.tops) == len(timeline.bars)


@given(_TRACES)
def test_the_critical_path_fills_the_root_without_overlap(any_trace: Trace) -> None:
    timeline = timeline_of(any_trace)
    if timeline.bars:
        root = timeline.bars[timeline.root]
        edges = [root.offset_ns] + [edge for _, start, end in timeline.path for edge in (start, end)] + [root.end_ns]
        assert edges == sorted(edges)
        assert sum(bar.own_ns for bar in timeline.bars) == root.span.duration_ns


@given(_TRACES, st.booleans(), st.integers(1, 5))
def test_rows_lose_no_span(any_trace: Trace, expand: bool, most: int) -> None:
    timeline = timeline_of(any_trace)
    found = rows_of(timeline, expand=expand, most=most)
    shown = Counter(bar for row in found.rows for bar in row.bars)
    assert set(shown.values()) <= {1}
    assert len(shown) + found.hidden == len(timeline.bars)
    assert all(index in shown for index, bar in enumerate(timeline.bars) if bar.troubled)
    if expand:
        assert found.hidden == 0


def test_depth_and_width_are_no_limit() -> None:
    deep = laid_out(*[span(n, n - 1, "ab"[n % 2], "op", n, 50_000 - n) for n in range(1, 5_001)])
    assert (len(deep.bars), len(deep.path)) == (5_000, 5_000)
    wide = laid_out(span(1, 0, "a", "root", 0, 30_000), *[span(n, 1, "a", "op", n, 0.5) for n in range(2, 5_001)])
    assert [len(row.bars) for row in rows_of(wide).rows] == [1, 4_999]
