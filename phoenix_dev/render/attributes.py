"""Attributes as `key=value` for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model import attribute_words as words
from phoenix_dev.model.attribute_words import text_at as text_at
from phoenix_dev.model.attributes import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.attributes import Attributes, AttributeValue

#: Longest key and value shown beside a message, in cells.
_LONGEST = 60


def telling(attributes: Attributes) -> Iterator[str]:
    """`key=value` of each attribute that says more than IDs, places in code and what the line shows; in order sent."""
    return (pair(key, value) for key, value in words.telling(attributes))


def pair(key: str, value: AttributeValue, longest: int = _LONGEST) -> str:
    """`key=value` escaped, the value quoted where its end would not be seen, each cut at `longest` cells."""
    from phoenix_dev.render.text import fit  # imports rich, which JSON does without

    text = fit(text_of(value), longest)
    return f"{fit(key, longest)}={words.quoted(text) if isinstance(value, str) else text}"
