"""Who stands under whom, whatever the spans say of each other."""

from __future__ import annotations

from tests.unit.model.timeline.laid_out import laid_out, tree_of
from tests.unit.render.samples import span


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
