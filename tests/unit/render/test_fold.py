"""Lines of logs on a terminal: folded under their column, cut where they would fill the screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from phoenix_dev.model.log import LogRecord
from phoenix_dev.render.fold import MOST_ROWS, fold
from phoenix_dev.render.line import Line
from phoenix_dev.render.story import Story

RECORD = LogRecord(1_767_323_045 * 10**9, 9, "orchestrator", "", "", "", "", "", {}, {}, "")


def rows(text: str, width: int = 40, lead: int = 4) -> list[str]:
    return [row.plain for row in fold(Line().add(text), width, Line().to(lead))]


def shown(record: LogRecord, width: int | None = 80) -> list[str]:
    return [line.plain for line in Story(clip=True, width=width).lines(record)][1:]


def test_a_line_that_fits_is_one_row() -> None:
    assert rows("x" * 40) == ["x" * 40]


def test_a_longer_one_goes_on_below_under_its_column() -> None:
    assert rows("one two three four five six seven eight nine ten") == [
        "one two three four five six seven eight",
        "    nine ten",
    ]


def test_what_would_fill_the_screen_is_cut_with_a_mark() -> None:
    found = rows("x" * 1_000_000)
    assert len(found) == MOST_ROWS
    assert found[-1].endswith("x…")
    assert {cell_len(row) for row in found} == {40}


@given(st.text(max_size=1000), st.integers(40, 120))
def test_no_row_is_wider_than_the_terminal(text: str, width: int) -> None:
    assert all(cell_len(row) <= width for row in rows(text, width, width // 2))


@given(st.text(st.sampled_from("ab 漢"), max_size=250))
def test_nothing_but_spaces_is_lost_between_rows(text: str) -> None:
    assert "".join(rows(text)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("field", ["message", "service", "correlation_id"])
def test_a_megabyte_in_any_field_takes_a_few_rows_on_a_terminal_and_is_whole_in_a_pipe(field: str) -> None:
    record = replace(RECORD, **{field: "m" * 1_000_000})  # type: ignore[arg-type]
    assert len(shown(record)) <= MOST_ROWS
    assert all(cell_len(line) <= 80 for line in shown(record))
    if field != "correlation_id":
        assert "m" * 1_000_000 in "".join(line.plain for line in Story().lines(record))


def test_a_stack_trace_has_the_lines_that_were_sent_and_no_more() -> None:
    sent = "first\x0bsame\x0csame\x1csame\x85same\u2028same\r\nsecond\n\tthird\n"
    lines = shown(replace(RECORD, attributes={"exception.stacktrace": sent}))
    assert len(lines) == 1 + 3
    assert lines[1] == "      first\\vsame\\fsame\\x1csame\\x85same\\u2028same"
