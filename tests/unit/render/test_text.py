"""Whatever telemetry says, a terminal only ever sees printable characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from phoenix_dev.render.text import MARKS_PER_BASE, escape, fit, pad, wrap

#: Any code point there is, lone surrogates included, the dangerous ones often.
HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from(
            "\x00\x07\x08\t\n\r\x1b\x7f\x9b\u061c\u200b\u200d\u200e\u2028\u202e\u2066\ufeff\u3164\ud800\udfff"
        ),
        st.sampled_from("a\\[]漢é\u0301\u0489\U0001f600\U000e0001\U000f0000\uffff"),
    )
)
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def harmless(text: str) -> bool:
    return not any(unicodedata.category(char) in _FORBIDDEN for char in text)


@given(HOSTILE)
def test_nothing_that_a_terminal_could_obey_is_left(text: str) -> None:
    shown = escape(text)
    assert harmless(shown)
    shown.encode("utf-8")


@given(HOSTILE)
def test_escaping_twice_changes_nothing(text: str) -> None:
    assert escape(escape(text)) == escape(text)


@given(st.text(st.characters(categories=("L", "N", "P", "S"), max_codepoint=0x2FF, include_characters=" ")))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("nul\x00 del\x7f", "nul\\x00 del\\x7f"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800 lone", "\\ud800 lone"),
        ("\U000e0041", "\\U000e0041"),
        ("line\u2028separator", "line\\u2028separator"),
        ("C:\\new", "C:\\new"),
        ("[bold]markup[/bold] :smile:", "[bold]markup[/bold] :smile:"),
        ("Köln 東京 😀 café", "Köln 東京 😀 café"),
        ("\u0301leads", "\\u0301leads"),
        ("blank\u3164filler", "blank\\u3164filler"),
    ],
)
def test_what_is_hidden_is_shown_and_the_rest_left_alone(sent: str, shown: str) -> None:
    assert escape(sent) == shown


def test_combining_marks_do_not_pile_up() -> None:
    shown = escape("e" + "\u0301" * 1000)
    assert shown.startswith("e" + "\u0301" * MARKS_PER_BASE + "\\u0301")
    assert sum(unicodedata.combining(char) > 0 for char in shown) == MARKS_PER_BASE


@given(HOSTILE, st.integers(0, 60))
def test_a_cut_text_fits_and_is_harmless(text: str, width: int) -> None:
    shown = fit(text, width)
    assert cell_len(shown) <= width
    assert harmless(shown)


@given(HOSTILE, st.integers(0, 60))
def test_a_padded_text_fills_its_column_exactly(text: str, width: int) -> None:
    assert cell_len(pad(text, width)) == width


def test_a_cut_is_marked_and_a_text_that_fits_is_not_cut() -> None:
    assert fit("orchestrator", 12) == "orchestrator"
    assert fit("orchestrator", 6) == "orche…"
    assert fit("東京都", 5) == "東京…"
    assert fit("東京都", 4) == "東…"


def test_only_what_can_be_shown_of_a_huge_text_is_looked_at() -> None:
    class Counted(str):
        asked = 0

        def __getitem__(self, key: object) -> str:
            assert isinstance(key, slice)
            Counted.asked = max(Counted.asked, int(key.stop))
            return str.__getitem__(self, key)

    assert cell_len(fit(Counted("\x1b" * (1 << 20)), 80)) <= 80
    assert Counted.asked < 1000


@given(HOSTILE, st.integers(10, 40), st.integers(1, 4))
def test_wrapped_text_stays_within_its_lines(text: str, width: int, most: int) -> None:
    lines = wrap(text, width, most)
    assert len(lines) <= most
    assert all(cell_len(line) <= width and harmless(line) for line in lines)


def test_wrapping_breaks_at_spaces() -> None:
    assert wrap("upstream took longer than 900 ms", 16, 5) == ["upstream took", "longer than 900", "ms"]
    assert wrap("upstream took longer than 900 ms", 16, 2) == ["upstream took", "longer than 900…"]
