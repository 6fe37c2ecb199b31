"""Which messages are of one template: those that differ in words that vary among many of them.

Drain (He et al., 2017) puts each line into a tree as it comes, so what is found depends on the order. Here the distinct
messages are there at once (they are few: counting.py bounds them), and the tree is built from all of them: messages of
the same number of words are parted by the word that has the fewest values, again and again, until each word of a part
either is the same in all of it or has so many values that it is a variable. So a word with few values keeps templates
apart (`login ok`, `login failed`), however alike they are, and the order of lines changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.anomalies.words import ANY, MASKED, VARIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Words = tuple[str, ...]

#: A word with more values than this, in messages that are alike, is a variable.
FEW = 8


def templates_of(messages: Iterable[Words]) -> dict[Words, Words]:
    """The template of each message: its words, with VARIED in the place of variables."""
    by_length: dict[int, list[Words]] = {}
    for words in messages:
        by_length.setdefault(len(words), []).append(words)
    return {words: template for group in by_length.values() for words, template in _parted(group)}


def matches(template: Words, words: Words) -> bool:
    """Whether a message is of a template."""
    if template == (ANY,):
        return True
    return len(template) == len(words) and all(
        ours in (VARIED, theirs) for ours, theirs in zip(template, words, strict=True)
    )


def _parted(group: list[Words]) -> Iterator[tuple[Words, Words]]:
    waiting = [group]
    while waiting:
        part = waiting.pop()
        values = [set(column) for column in zip(*part, strict=True)]
        split = _where_to_part(values)
        if split is None:
            template = tuple(VARIED if len(found) > 1 else next(iter(found)) for found in values)
            yield from ((words, template) for words in part)
            continue
        parts: dict[str, list[Words]] = {}
        for words in part:
            parts.setdefault(words[split], []).append(words)
        waiting += parts.values()


def _where_to_part(values: list[set[str]]) -> int | None:
    """The word that has the fewest values; None where there is nothing to part: every word that differs is a variable,
    and at least half of all that was not masked is the same.
    """
    sizes = {at: len(found) for at, found in enumerate(values) if len(found) > 1}
    if not sizes:
        return None
    same = sum(len(found) == 1 and MASKED not in found for found in values)
    if same >= len(sizes) and all(size > FEW or VARIED in values[at] for at, size in sizes.items()):
        return None
    return min(sizes, key=lambda at: (sizes[at], at))
