"""An expression, taken apart. Parentheses are gone, and everything that is not known here was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.promql.matchers import Matcher

#: What an expression gives. "range": samples of a stretch of time, which only functions take.
Kind = Literal["scalar", "vector", "range", "text"]
#: How many series of each side may match one another, the left one first.
Cardinality = Literal["one to one", "many to one", "one to many", "many to many"]


@dataclass(frozen=True, slots=True)
class When:
    """Which time a selector looks at: `at` (Unix milliseconds, or the query's first or last time) instead of the time
    of the step; before that by `offset_ms`.
    """

    offset_ms: int = 0
    at: int | Literal["start", "end"] | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text between quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Selector:
    """Series by their labels."""

    matchers: tuple[Matcher, ...]
    when: When


@dataclass(frozen=True, slots=True)
class RangeSelector:
    """Their samples of the last `range_ms`."""

    selector: Selector
    range_ms: int


@dataclass(frozen=True, slots=True)
class Subquery:
    """What an expression gave in the last `range_ms`, every `step_ms` (0: as often as rules are evaluated)."""

    expression: Node
    range_ms: int
    step_ms: int
    when: When


@dataclass(frozen=True, slots=True)
class Call:
    """A function."""

    name: str
    arguments: tuple[Node, ...]
    gives: Kind


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Series of one group taken together: `by` these labels, or `without` them."""

    operator: str
    expression: Node
    parameter: Node | None
    labels: tuple[str, ...]
    without: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """Which series of two sides belong together: those that agree on these labels, or on all others. `included` are
    taken over from the side of which there is one.
    """

    labels: tuple[str, ...] = ()
    on: bool = False
    cardinality: Cardinality = "one to one"
    included: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions with an operator between them. `returns_bool`: 0 and 1 instead of leaving out what is not so."""

    operator: str
    left: Node
    right: Node
    returns_bool: bool = False
    matching: Matching = field(default_factory=Matching)


@dataclass(frozen=True, slots=True)
class Negation:
    """Minus an expression."""

    expression: Node


Node = Number | Text | Selector | RangeSelector | Subquery | Call | Aggregate | Binary | Negation


def kind_of(node: Node) -> Kind:
    """What an expression gives."""
    match node:
        case Number():
            return "scalar"
        case Text():
            return "text"
        case RangeSelector() | Subquery():
            return "range"
        case Call():
            return node.gives
        case Negation():
            return kind_of(node.expression)
        case Binary():
            return "scalar" if kind_of(node.left) == kind_of(node.right) == "scalar" else "vector"
        case Selector() | Aggregate():
            return "vector"


def selectors_in(node: Node) -> Iterator[Selector]:
    """Every selector of an expression."""
    match node:
        case Selector():
            yield node
        case RangeSelector():
            yield node.selector
        case Call():
            for argument in node.arguments:
                yield from selectors_in(argument)
        case Aggregate():
            yield from selectors_in(node.expression)
            if node.parameter is not None:
                yield from selectors_in(node.parameter)
        case Binary():
            yield from selectors_in(node.left)
            yield from selectors_in(node.right)
        case Negation() | Subquery():
            yield from selectors_in(node.expression)
        case _:
            return
