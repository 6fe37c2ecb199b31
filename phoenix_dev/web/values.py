"""Attributes as a page shows them: each whole or its beginning; or in a line, the few that tell something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.attribute_words import quoted, telling, text_at
from phoenix_dev.model.attributes import text_of

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import Attributes

#: Characters of a value beside its key; longer ones are shown in full on demand.
VALUE = 1_000
#: Characters of what is shown in full: as much as an export holds.
WHOLE = 20_000_000
_MOST_PAIRS = 6


@dataclass(frozen=True, slots=True)
class Value:
    """An attribute: `size` is the length of its text, of which `text` may be the beginning."""

    key: str
    text: str
    size: int

    @property
    def is_cut(self) -> bool:
        """Whether there is more of it."""
        return self.size > len(self.text)


def values_of(attributes: Attributes, most: int = VALUE) -> tuple[Value, ...]:
    """Attributes in the order sent."""
    texts = ((key, text_of(value)) for key, value in attributes.items())
    return tuple(Value(key, text[:most], len(text)) for key, text in texts)


def pairs_of(attributes: Attributes, most: int = _MOST_PAIRS) -> tuple[str, ...]:
    """The attributes that tell something, as `key=value`, the first few of them."""
    found = []
    exception = [text_at(attributes, key)[:200] for key in ("exception.type", "exception.message")]
    if any(exception):
        found.append(": ".join(filter(None, exception)))
    for key, value in telling(attributes):
        if len(found) == most:
            break
        text = text_of(value)[:120]
        found.append(f"{key[:60]}={quoted(text) if isinstance(value, str) else text}")
    return tuple(found)
