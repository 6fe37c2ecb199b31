"""Which series a selector names: conditions on their labels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MatchOperator = Literal["=", "!=", "=~", "!~"]
#: What Python's regular expressions spell in another way than RE2, whose syntax PromQL has.
_SPELT_OTHERWISE = {r"\z": r"\Z", "(?P<": "(?P<", "(?<": "(?P<"}
_FOREIGN = re.compile(r"\\\\|\\z|\(\?P<|\(\?<(?![=!])|\\[pPCQE]|\[:\^?\w+:\]")


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on one label; a label that a series lacks is empty. A pattern must match the whole value."""

    name: str
    operator: MatchOperator
    value: str
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        is_pattern = self.operator in ("=~", "!~")
        object.__setattr__(self, "_pattern", pattern_of(self.value) if is_pattern else None)

    def matches(self, value: str) -> bool:
        """Whether a value of the label fulfils it."""
        if self._pattern is None:
            return (value == self.value) is (self.operator == "=")
        return (self._pattern.fullmatch(value) is not None) is (self.operator == "=~")


def all_match(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether a series with these labels is named."""
    return all(matcher.matches(labels.get(matcher.name, "")) for matcher in matchers)


@lru_cache(maxsize=256)
def pattern_of(text: str) -> re.Pattern[str]:
    """A pattern in RE2's syntax as one of Python's. A dot matches line ends too, as it does in PromQL.

    Raises WrongExpression for what is no pattern, and for what RE2 has and Python does not: classes of Unicode and
    POSIX, quotation by \\Q.
    """
    try:
        return re.compile(_FOREIGN.sub(_respelt, text), re.DOTALL | re.ASCII)
    except (re.error, RecursionError, OverflowError) as exc:
        raise WrongExpression(f"{text!r} is no regular expression: {exc}") from exc


def _respelt(match: re.Match[str]) -> str:
    found = match[0]
    if found == "\\\\":
        return found
    if found not in _SPELT_OTHERWISE:
        raise WrongExpression(f"the embedded runtime does not know {found!r} in regular expressions")
    return _SPELT_OTHERWISE[found]
