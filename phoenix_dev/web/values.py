"""Attributes as a page shows them: whole, or their beginning and how long they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.attributes import text_of

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import Attributes

#: Characters of a value beside its key; longer ones are shown in full on demand.
VALUE = 1_000
#: Characters of what is shown in full: as much as an export holds.
WHOLE = 20_000_000


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
