"""The words of an expression and where they stand: to say where one is wrong, and to keep what would break its parser
away from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WORD = re.compile(
    r"""
    (?P<nothing> \s+ | \#[^\n]* )
  | (?P<word> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*`
    | [A-Za-z_:][\w:]* | [\d.]+[\w.]* | =~|!~|==|!=|<=|>=|. )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
#: The parser calls itself for each of these, on the stack that there is; of what stands within an operator it makes a
#: copy for each.
_MOST_WORDS, _DEEPEST, _MOST_OPERATORS = 2000, 100, 250
_MOST_CHARACTERS = 100_000
_OPENING = {"(": ")", "[": "]", "{": "}"}
_OPERATORS = {*"+-*/%^<>", "==", "!=", "<=", ">=", "and", "or", "unless", "atan2"}
#: What may stand behind the beginning of an expression that is right so far. Brackets that are open then are closed
#: behind it, without those that it closes itself.
_ENDS = ("", " x", " 1", "[5m]", " 5m", " 5m]", ' "x"', '="x"', ' x="x"', "()", "(x)", " x[5m]", "(x[5m])", " bool 1")
_ENDS_TOO = (",x", ",1", ' "x",x', "1,x", " (x) x", " (x) (x)", ") x", ") (x)", "x) x", "x) (x)", "start()")
#: The parser's words for too few arguments, which are due to the end that was made up.
_UNFINISHED = re.compile(r"expected (at least )?\d+ argument|no arguments for aggregate|wrong number of arguments")
_NAMED = re.compile(r"(?:function|call to|name) '(\w+)'")


@dataclass(frozen=True, slots=True)
class Token:
    """A word and the place of its first character."""

    text: str
    start: int


def tokens_of(expression: str) -> list[Token]:
    """The words of an expression in their order, without blanks and comments."""
    return [Token(match[0], match.start()) for match in _WORD.finditer(expression) if match.lastgroup == "word"]


def _depth_of(tokens: Sequence[Token]) -> int:
    """How many brackets stand within each other at most."""
    depth = deepest = 0
    for token in tokens:
        depth += (token.text in _OPENING) - (token.text in _OPENING.values())
        deepest = max(deepest, depth)
    return deepest


def _operators_in(tokens: Sequence[Token]) -> int:
    """How many operators there are, which stand within each other where no brackets part them."""
    return sum(token.text.lower() in _OPERATORS for token in tokens)


def line_and_column(expression: str, place: int) -> tuple[int, int]:
    """A place as people count it, from 1."""
    before = expression[:place]
    return before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1


def refuse_what_breaks_the_parser(expression: str) -> None:
    """Raises WrongExpression: the parser ends the process where parts stand too deep, and panics at times below 0."""
    tokens = tokens_of(expression[: _MOST_CHARACTERS + 1])
    if len(expression) > _MOST_CHARACTERS or len(tokens) > _MOST_WORDS or _depth_of(tokens) > _DEEPEST:
        raise WrongExpression(
            f"it is longer than {_MOST_CHARACTERS:,} characters or {_MOST_WORDS:,} words, "
            f"or has more than {_DEEPEST} brackets within one another"
        )
    if _operators_in(tokens) > _MOST_OPERATORS:
        raise WrongExpression(f"it has more than {_MOST_OPERATORS} operators")
    for token, following in pairwise(tokens):
        if token.text == "@" and following.text == "-":
            place = line_and_column(expression, following.start)
            raise WrongExpression("a time before 1970 behind @ is not known", *place)


def place_of_error(expression: str, said: str, parse: Callable[[str], object]) -> int:
    """Where an expression that the parser refused is wrong: at the function that it names, or at the first word behind
    the longest beginning that could be continued. `said` is what the parser said; `parse` raises ValueError.
    """
    tokens = tokens_of(expression)
    low, high = 0, len(tokens)
    while low < high:
        middle = (low + high + 1) // 2
        end = tokens[middle].start if middle < len(tokens) else len(expression)
        if _can_be_continued(expression[:end], tokens[:middle], parse):
            low = middle
        else:
            high = middle - 1
    if named := _NAMED.search(said):
        calls = [token for token in tokens[: low + 1] if token.text == named[1]]
        return (calls or tokens)[-1 if calls else 0].start
    return tokens[low].start if low < len(tokens) else len(expression)


def _can_be_continued(beginning: str, tokens: Sequence[Token], parse: Callable[[str], object]) -> bool:
    closing = ""
    for token in tokens:
        if token.text in _OPENING:
            closing = _OPENING[token.text] + closing
        elif closing.startswith(token.text):
            closing = closing[1:]
    for end in (*_ENDS, *_ENDS_TOO):
        closes = len(closing) and closing[0] in end and not any(one in end.partition(closing[0])[0] for one in _OPENING)
        after = closing[1:] if closes else closing
        try:
            parse(beginning + end + after)
        except ValueError as exc:
            if _UNFINISHED.search(str(exc)):
                return True
        else:
            return True
    return False
