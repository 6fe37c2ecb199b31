"""label_replace and label_join."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from phoenix_dev.promql.matchers import encoded, pattern_of
from phoenix_dev.promql.rows import Row, united
from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.promql.evaluation import Evaluation
    from phoenix_dev.promql.nodes import Node
    from phoenix_dev.promql.rows import Vector

#: What stands for a group in a replacement, as Go's regular expressions have it.
_GROUP = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})", re.ASCII)


#: The longest label that is made (characters): references to a long one multiply it.
_MOST_CHARACTERS = 65_536


def label_replace(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    """Give a label a value made of another label's, where that matches a pattern as a whole."""
    target, replacement, source, pattern_text = (evaluation.text(one) for one in arguments[1:])
    _check(target)
    pattern = pattern_of(pattern_text)

    def replaced(labels: Mapping[str, str]) -> Mapping[str, str]:
        match = pattern.fullmatch(encoded(labels.get(source, "")))
        return labels if match is None else _with(labels, target, _expanded(replacement, match))

    return united([Row(replaced(row.labels), row.values) for row in evaluation.vector(arguments[0])])


def label_join(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    """Give a label the values of others, with something between them."""
    target, separator, *sources = (evaluation.text(one) for one in arguments[1:])
    for name in (target, *sources):
        _check(name)

    def joined(labels: Mapping[str, str]) -> Mapping[str, str]:
        return _with(labels, target, separator.join(labels.get(name, "") for name in sources))

    return united([Row(joined(row.labels), row.values) for row in evaluation.vector(arguments[0])])


def _check(name: str) -> None:
    if not name:
        raise WrongExpression("a label without a name cannot be read or written")


def _with(labels: Mapping[str, str], name: str, value: str) -> dict[str, str]:
    if len(value) > _MOST_CHARACTERS:
        raise WrongExpression(f"a label that it makes is longer than {_MOST_CHARACTERS:,} characters")
    changed = {**labels, name: value}
    if not value:
        del changed[name]
    return changed


def _expanded(replacement: str, match: Any) -> str:
    texts = [(text or b"").decode("utf-8", "replace") for text in (match[0], *match.groups())]
    groups = {str(number): text for number, text in enumerate(texts)}
    groups |= {name.decode(): texts[number] for name, number in match.re.groupindex.items()}

    def found(group: re.Match[str]) -> str:
        name = group[2] or group[3] or ""
        return "$" if group[1] else groups.get(name, groups.get(name.lstrip("0"), ""))

    return _GROUP.sub(found, replacement)
