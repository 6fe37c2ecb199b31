"""Which bars share a row, and which are shown."""

from __future__ import annotations

from phoenix_dev.model.timeline import rows_of, timeline_of
from tests.unit.model.timeline.laid_out import laid_out
from tests.unit.render import samples
from tests.unit.render.samples import span


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
