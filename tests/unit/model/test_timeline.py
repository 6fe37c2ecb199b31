"""A trace laid out: every span in its place, whatever the spans say of each other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.rows import rows_of
from phoenix_dev.model.span import SpanEvent
from phoenix_dev.model.timeline import Timeline, timeline_of
from tests.unit.render import samples
from tests.unit.render.samples import T0, log, ms, span, trace

if TYPE_CHECKING:
    from phoenix_dev.model.span import Span, Trace


def laid_out(*spans: Span) -> Timeline:
    return timeline_of(trace(spans))


def tree_of(timeline: Timeline) -> list[tuple[str, str]]:
    """(name, name of the parent), in the order shown."""
    bars = timeline.bars
    return [(bar.span.name, bars[bar.parent].span.name if bar.parent >= 0 else "") for bar in bars]


def own(timeline: Timeline) -> dict[str, int]:
    """Milliseconds of each name on the critical path."""
    spent: Counter[str] = Counter()
    for index, start, end in timeline.path:
        spent[timeline.bars[index].span.name] += end - start
    return {name: ns // 1_000_000 for name, ns in spent.items()}


# --- the tree


def test_children_stand_under_their_parent_by_start() -> None:
    timeline = laid_out(span(1, 0, "a", "root", 0, 50), span(3, 1, "a", "late", 20, 5), span(2, 1, "a", "early", 10, 5))
    assert tree_of(timeline) == [("root", ""), ("early", "root"), ("late", "root")]


def test_a_span_whose_parent_never_arrived_is_kept_and_marked() -> None:
    timeline = laid_out(
        span(1, 0, "a", "root", 0, 50), span(2, 99, "b", "orphan", 10, 5), span(3, 2, "b", "child", 11, 2)
    )
    assert tree_of(timeline) == [("root", ""), ("orphan", ""), ("child", "orphan")]
    assert [bar.detached for bar in timeline.bars] == ["", "missing", ""]
    assert timeline.bars[timeline.root].span.name == "root"


def test_parents_that_form_a_loop_are_cut_above_the_earliest() -> None:
    timeline = laid_out(span(1, 3, "a", "one", 0, 9), span(2, 1, "a", "two", 1, 8), span(3, 2, "a", "three", 2, 7))
    assert tree_of(timeline) == [("one", ""), ("two", "one"), ("three", "two")]
    assert timeline.bars[0].detached == "loop"


def test_a_span_that_names_itself_as_parent_is_shown() -> None:
    assert laid_out(span(1, 1, "a", "self", 0, 9)).bars[0].detached == "loop"


def test_a_server_span_that_shares_the_id_of_its_client_stands_under_it() -> None:
    timeline = laid_out(
        span(1, 0, "a", "root", 0, 100, "server"),
        span(2, 1, "a", "call", 10, 80, "client"),
        span(2, 1, "b", "answer", 12, 70, "server"),
        span(3, 2, "b", "inside b", 20, 10),
    )
    assert tree_of(timeline) == [("root", ""), ("call", "root"), ("answer", "call"), ("inside b", "answer")]


def test_spans_with_the_same_id_are_all_kept() -> None:
    timeline = laid_out(span(1, 0, "a", "root", 0, 9), span(2, 1, "a", "x", 1, 2), span(2, 1, "a", "y", 4, 2))
    assert [name for name, _ in tree_of(timeline)] == ["root", "x", "y"]


# --- clocks


def test_a_called_service_whose_clock_is_ahead_is_centred_in_its_caller() -> None:
    timeline = timeline_of(samples.skewed().traces[0])
    skews = {bar.span.name + bar.span.service: bar.skew_ns for bar in timeline.bars}
    assert skews == {
        "GET /api-gateway": 0,
        "GET /usersapi-gateway": 0,
        "GET /usersusers": ms(-5000),
        "SELECT usersusers": ms(-5000),
    }
    assert timeline.duration_ns == ms(100)


def test_a_log_of_a_shifted_span_is_placed_with_it_and_keeps_its_time() -> None:
    bar = next(bar for bar in timeline_of(samples.skewed().traces[0]).bars if bar.logs)
    assert bar.placed_ns(bar.logs[0].time_ns) == ms(25)
    assert bar.logs[0].time_ns == T0 + ms(5025)


def test_a_clock_that_is_behind_is_corrected_too() -> None:
    timeline = laid_out(span(1, 0, "a", "call", 0, 100, "client"), span(2, 1, "b", "answer", -40, 60, "server"))
    assert timeline.bars[1].offset_ns == ms(20)
    assert timeline.start_ns == T0


def test_one_service_is_one_clock() -> None:
    timeline = laid_out(span(1, 0, "a", "call", 0, 100, "client"), span(2, 1, "a", "answer", 500, 60, "server"))
    assert timeline.bars[1].skew_ns == 0


def test_messages_are_not_corrected() -> None:
    timeline = laid_out(span(1, 0, "a", "send", 0, 10, "producer"), span(2, 1, "b", "receive", 900, 5, "consumer"))
    assert timeline.bars[1].skew_ns == 0
    assert own(timeline) == {"send": 10}


def test_a_server_that_works_on_after_its_caller_gave_up_is_not_called_skewed() -> None:
    caller = span(1, 0, "a", "call", 0, 100, "client", "error")
    assert laid_out(caller, span(2, 1, "b", "answer", 50, 90, "server")).bars[1].skew_ns == 0
    assert laid_out(caller, span(2, 1, "b", "answer", 2, 300, "server")).bars[1].skew_ns == 0


def test_a_server_that_closes_its_span_a_little_late_is_not_called_skewed() -> None:
    timeline = laid_out(span(1, 0, "a", "call", 0, 20, "client"), span(2, 1, "b", "answer", 2, 18.4, "server"))
    assert timeline.bars[1].skew_ns == 0


# --- what the request waited on


def test_the_critical_path_of_calls_one_after_the_other() -> None:
    timeline = laid_out(span(1, 0, "a", "root", 0, 100), span(2, 1, "b", "x", 10, 30), span(3, 1, "c", "y", 50, 40))
    assert own(timeline) == {"root": 30, "x": 30, "y": 40}


def test_of_calls_side_by_side_the_last_to_end_is_waited_on() -> None:
    timeline = laid_out(
        span(1, 0, "a", "root", 0, 100), span(2, 1, "b", "short", 10, 30), span(3, 1, "c", "long", 10, 80)
    )
    assert own(timeline) == {"root": 20, "long": 80}


def test_what_outlives_the_span_that_started_it_was_not_waited_on() -> None:
    timeline = laid_out(span(1, 0, "a", "root", 0, 100), span(2, 1, "a", "background", 50, 500))
    assert own(timeline) == {"root": 100}


def test_a_long_stretch_without_a_span_is_a_gap() -> None:
    timeline = laid_out(span(1, 0, "a", "root", 0, 100), span(2, 1, "b", "x", 0, 30), span(3, 1, "c", "y", 60, 40))
    assert [(gap.offset_ns, gap.duration_ns) for gap in timeline.gaps] == [(ms(30), ms(30))]


def test_time_covered_by_another_child_and_the_work_of_a_leaf_are_no_gaps() -> None:
    covered = laid_out(span(1, 0, "a", "r", 0, 100), span(2, 1, "b", "x", 50, 50), span(3, 1, "c", "y", 0, 95))
    assert covered.gaps == ()
    assert laid_out(span(1, 0, "a", "leaf", 0, 100)).gaps == ()


# --- logs


def test_logs_stand_with_their_span_and_those_of_unknown_spans_with_the_trace() -> None:
    timeline = timeline_of(
        trace([span(1, 0, "a", "root", 0, 9)], [log(1, "a", "INFO", "in", 1), log(2, "b", "INFO", "lost", 7)])
    )
    assert [record.message for record in timeline.bars[0].logs] == ["in"]
    assert [record.message for record in timeline.logs] == ["lost"]


def test_trouble_is_an_error_status_an_exception_or_an_error_log() -> None:
    exception = (SpanEvent(T0, "exception", {}),)
    spans = [
        span(1, 0, "a", "root", 0, 9),
        span(2, 1, "a", "status", 1, 1, status="error"),
        span(3, 1, "a", "exception", 2, 1, events=exception),
        span(4, 1, "a", "log", 3, 1),
        span(5, 1, "a", "fine", 4, 1),
    ]
    bars = timeline_of(trace(spans, [log(3, "a", "ERROR", "no", 4)])).bars
    assert [bar.troubled for bar in bars] == [False, True, True, True, False]
    assert bars[0].troubled_within


# --- rows


def test_three_alike_share_a_row_and_two_do_not() -> None:
    def shown(number: int) -> list[int]:
        spans = [span(1, 0, "a", "root", 0, 99)] + [span(2 + n, 1, "a", "query", n, 1) for n in range(number)]
        return [len(row.bars) for row in rows_of(laid_out(*spans)).rows]

    assert shown(2) == [1, 1, 1]
    assert shown(3) == [1, 3]


def test_repeats_take_their_children_along() -> None:
    spans = [span(1, 0, "a", "root", 0, 99)]
    for n in range(3):
        spans += [
            span(10 + n, 1, "a", "call", 10 * n, 8, "client"),
            span(20 + n, 10 + n, "b", "answer", 10 * n + 1, 5, "server"),
        ]
    assert [len(row.bars) for row in rows_of(laid_out(*spans)).rows] == [1, 3, 3]


def test_an_error_below_keeps_a_repeat_on_its_own() -> None:
    spans = [span(1, 0, "a", "root", 0, 99)] + [span(2 + n, 1, "a", "query", n, 1) for n in range(5)]
    spans.append(span(50, 4, "b", "inner", 2, 1, status="error"))
    assert sorted(len(row.bars) for row in rows_of(laid_out(*spans)).rows) == [1, 1, 1, 4]


def test_beyond_the_most_rows_errors_and_the_critical_path_stay() -> None:
    timeline = timeline_of(samples.many().traces[0])
    found = rows_of(timeline, most=20)
    shown = {bar for row in found.rows for bar in row.bars}
    assert all(index in shown for index, bar in enumerate(timeline.bars) if bar.troubled)
    assert len(found.rows) <= 20
    assert found.hidden == len(timeline.bars) - len(shown)
    assert found.hidden == sum(row.hidden for row in found.rows)


# --- any trace

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
    deep = laid_out(*[span(n, n - 1, "ab"[n % 2], "op", n, 50_000 - n) for n in range(1, 20_001)])
    assert (len(deep.bars), len(deep.path)) == (20_000, 20_000)
    wide = laid_out(span(1, 0, "a", "root", 0, 30_000), *[span(n, 1, "a", "op", n, 0.5) for n in range(2, 20_001)])
    assert [len(row.bars) for row in rows_of(wide).rows] == [1, 19_999]
