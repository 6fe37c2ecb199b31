"""Expressions that are wrong, and what is said of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from phoenix_dev.promql import evaluate
from phoenix_dev.promql.matchers import Matcher
from phoenix_dev.promql.parse import parsed
from phoenix_dev.stores.expressions import WrongExpression
from tests.promql.series import Kept


@pytest.mark.parametrize(
    ("expression", "place", "said"),
    [
        ("sum(", (1, 5), "unclosed left parenthesis"),
        ("foo bar", (1, 5), "unexpected bar"),
        ("1 +", (1, 4), "unexpected end"),
        ("x +\n  nofunc(y)", (2, 3), "unknown function"),
        ("sum(x) + rate(y)", (1, 10), "expected type matrix"),
        ("x + on(a) 1", (1, 11), "vector matching only allowed between vectors"),
        ("sum by (a) x)", (1, 12), "unexpected"),
        ('x{a="1", b=~"("}', (1, 13), "illegal regex"),
        ('label_replace(x, "a")', (1, 1), "expected 5 argument"),
        ("x > 1 bool 2", (1, 7), "unexpected bool"),
        ("x # y)\n @ foo", (2, 4), "unexpected foo"),
        ("x @ -5", (1, 5), "1970"),
        ("x @ 1e300", (0, 0), "a time that is none"),
        ("", (1, 1), "no expression"),
        ('"text', (1, 1), "unterminated"),
        ("\ud800", (1, 1), "surrogates"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(expression: str, place: tuple[int, int], said: str) -> None:
    with pytest.raises(WrongExpression, match=said) as wrong:
        parsed(expression)
    assert (wrong.value.line, wrong.value.column) == place


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("info(x)", "info"),
        ("histogram_fraction(0, 1, x)", "histogram_fraction"),
        ("limitk(1, x)", "limitk"),
        ("a + fill(0) b", "fill"),
        ('x{a="1" or b="2"}', "or"),
    ],
)
def test_what_is_left_out_is_named(expression: str, named: str) -> None:
    with pytest.raises(WrongExpression, match=f"does not know .*{named}"):
        parsed(expression)


@pytest.mark.parametrize(
    "expression",
    ["(" * 10**5, "abs(" * 5000 + "x" + ")" * 5000, " or ".join(["x"] * 3000), "x" * 10**6, "-" * 999 + "x"],
)
def test_what_would_break_the_parser_is_refused(expression: str) -> None:
    with pytest.raises(WrongExpression, match=r"longer than|more than 250 operators"):
        parsed(expression)


def test_what_ends_the_stack_only_when_it_is_evaluated_is_refused_too() -> None:
    deep = "sum_over_time((" * 48 + "x" + " + x" * 249 + ")[1m:])" * 48
    parsed(deep)
    with pytest.raises(WrongExpression, match="too many parts"):
        evaluate.at(Kept([]), deep, 0)
    with pytest.raises(WrongExpression, match="too many parts"):
        evaluate.over(Kept([]), deep, range(1))


def test_an_expression_that_gives_something_else_is_refused() -> None:
    nothing = Kept([])
    with pytest.raises(WrongExpression, match="a text"):
        evaluate.at(nothing, '"x"', 0)
    for expression in ('"x"', "x[5m]", "x[5m:1m]"):
        with pytest.raises(WrongExpression, match="over a time range"):
            evaluate.over(nothing, expression, range(2))


@given(some.text(alphabet="xyab01 (){}[]\"'`\\=~!<>@+-*/%^,.:#$m\nsumrateby\x00🙂", max_size=40))
def test_whatever_is_typed_is_an_expression_or_is_told_to_be_none(text: str) -> None:
    line, column = place_of(text)
    lines = ["", *text.split("\n")]
    assert line < len(lines)
    assert column <= len(lines[line]) + 1


def place_of(text: str) -> tuple[int, int]:
    try:
        parsed(text)
    except WrongExpression as wrong:
        return wrong.line, wrong.column
    return 0, 0


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("a.c", "abc", True),
        ("a", "abc", False),
        ("a.*c", "a\nc", True),
        ("(?i)ABC", "abc", True),
        ("(?P<n>a)bc", "abc", True),
        ("(?<n>a)bc", "abc", True),
        ("", "", True),
        (r"\d+", "٣", False),
        (r"a\\.", "a\\x", True),
        ("a$", "a\n", False),
        (r"\pL+", "größe", True),
        ("[[:alpha:]]+", "größe", False),
        (r"\Qa.c\E", "abc", False),
        ("(a+)+b", "a" * 8192, False),
        (".", "\ud800", True),
    ],
)
def test_patterns_mean_what_they_mean_in_re2(pattern: str, value: str, matches: bool) -> None:
    assert Matcher("x", "=~", pattern).matches(value) is matches
    assert Matcher("x", "!~", pattern).matches(value) is not matches
