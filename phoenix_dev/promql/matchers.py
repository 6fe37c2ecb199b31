"""Which series a selector names: conditions on their labels.

Patterns are RE2's, as Prometheus' are: the time that one takes grows with its text and no faster, whatever it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import re2  # type: ignore[import-untyped]

from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MatchOperator = Literal["=", "!=", "=~", "!~"]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on one label; a label that a series lacks is empty. A pattern must match the whole value."""

    name: str
    operator: MatchOperator
    value: str
    _pattern: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        is_pattern = self.operator in ("=~", "!~")
        object.__setattr__(self, "_pattern", pattern_of(self.value) if is_pattern else None)

    def matches(self, value: str) -> bool:
        """Whether a value of the label fulfils it."""
        if self._pattern is None:
            return (value == self.value) is (self.operator == "=")
        return (self._pattern.fullmatch(encoded(value)) is not None) is (self.operator == "=~")


def all_match(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether a series with these labels is named."""
    return all(matcher.matches(labels.get(matcher.name, "")) for matcher in matchers)


def encoded(text: str) -> bytes:
    """A text as patterns are asked about it; what of it is no character becomes a question mark."""
    return text.encode("utf-8", "replace")


@lru_cache(maxsize=256)
def pattern_of(text: str) -> Any:
    """A pattern, for bytes of UTF-8. A dot matches line ends too, as it does in PromQL.

    Raises WrongExpression for what is no pattern, or one that takes too much memory.
    """
    options = re2.Options()
    options.dot_nl, options.log_errors = True, False
    try:
        return re2.compile(encoded(text), options)
    except re2.error as exc:
        raise WrongExpression(f"{text!r} is no regular expression: {_said(exc)}") from exc


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
