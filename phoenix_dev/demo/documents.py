"""What the knowledge base knows."""

from __future__ import annotations

from phoenix_dev.demo.catalogue import DOCUMENTS_PER_TOPIC

_KINDS = (
    ("Handbook", "The handbook describes {topic} step by step. Most cases end with the third step."),
    (
        "Frequent questions",
        "People ask about {topic} on Mondays more than on other days. The short answer fits most of them.",
    ),
    ("Known problems", "One problem with {topic} is known and has a workaround. Support can apply it within a day."),
)
assert len(_KINDS) == DOCUMENTS_PER_TOPIC


def documents_of(topic: str) -> tuple[tuple[str, str], ...]:
    """Title and text of each document about a topic."""
    return tuple((f"{title}: {topic}", text.format(topic=topic)) for title, text in _KINDS)


def text_of(topic: str, documents: int) -> str:
    """The texts of the first `documents` documents about a topic, as the data-router puts them together."""
    return "\n".join(text for _, text in documents_of(topic)[:documents])
