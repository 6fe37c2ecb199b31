"""No value becomes more than a value, in whichever language it is put."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.backends.quoting import (
    jaeger_tags,
    logql_text,
    path_segment,
    promql_text,
    regex_literal,
)
from phoenix_dev.otlp.surrogates import without_surrogates
from tests.contract.hostile import HOSTILE_IDS, shortly

#: Any text that Python can hold, lone surrogates too.
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
QUOTED = re.compile(r'"(?:[ !#-\[\]-~]|\\["\\]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*"')
ESCAPE = re.compile(r'\\(?:(["\\])|u([0-9a-f]{4})|U([0-9a-f]{8}))')


def read_as_go_does(literal: str) -> str:
    """The value of an interpreted string literal (Go specification, "String literals")."""
    assert QUOTED.fullmatch(literal), literal
    return ESCAPE.sub(lambda m: m[1] or chr(int(m[2] or m[3], 16)), literal[1:-1])


@given(ANY_TEXT)
def test_a_text_of_a_query_language_reads_as_the_value_and_ends_where_it_ends(value: str) -> None:
    for quote in (logql_text, promql_text):
        assert read_as_go_does(quote(value)) == without_surrogates(value)


@pytest.mark.parametrize("value", [*HOSTILE_IDS, "x" * 100_000, "\\" * 1001, "\ud800"], ids=shortly)
def test_what_breaks_out_elsewhere_does_not_here(value: str) -> None:
    assert read_as_go_does(logql_text(value)) == without_surrogates(value)
    assert read_as_go_does(promql_text(value)) == without_surrogates(value)


@given(ANY_TEXT, ANY_TEXT)
def test_a_pattern_of_a_text_matches_that_text_alone(value: str, other: str) -> None:
    pattern = re.compile(f"(?:{regex_literal(value)}|never)\\Z", re.DOTALL)
    assert pattern.match(value)
    assert bool(pattern.match(other)) == (other in (value, "never"))


@given(st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=4))
def test_tags_are_one_json_object_of_texts(tags: dict[str, str]) -> None:
    expected = {without_surrogates(key): without_surrogates(value) for key, value in tags.items()}
    assert json.loads(jaeger_tags(tags)) == expected


@given(ANY_TEXT)
def test_a_step_of_a_path_is_one_step_and_no_dots(value: str) -> None:
    step = path_segment(value)
    assert re.fullmatch(r"(?:[A-Za-z0-9_~-]|%[0-9A-F]{2})*", step)
    assert unquote(step) == without_surrogates(value)
