"""Positions of what is there no more: rotated files that were removed, containers that are gone.

What is missing may come back, from a file system that is mounted again or a pattern that is written down again, and
would be read a second time. So the first look that misses it writes that down, and a look a month later forgets it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from phoenix_dev.logfiles.containers.position import ContainerPosition
from phoenix_dev.logfiles.position import Position

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable, Iterator, Mapping

K = TypeVar("K", bound="Hashable")
P = TypeVar("P", Position, ContainerPosition)

#: Between two looks at what is missing (seconds), and how long something is missed before it is forgotten.
LOOK_S = 86_400.0
KEPT_S = 30 * 86_400
#: What is sent in place of a position that is to be forgotten.
FORGOTTEN = ""
#: Positions that are sent at once: they are a header.
_AT_ONCE = 50


def look_for_missing(
    known: dict[K, P],
    there: Container[K],
    source_of: Callable[[K], str],
    send: Callable[[bytes, dict[str, str]], None],
    now_s: int,
) -> None:
    """Mark in `known`, and by `send`, what is missing since now (Unix seconds) and what is back; forget what has been
    missing for long.
    """
    changed = dict(_changed(known, there, now_s))
    for key, position in changed.items():
        if position is None:
            del known[key]
        else:
            known[key] = position
    told = [(source_of(key), FORGOTTEN if one is None else one.to_text()) for key, one in changed.items()]
    for first in range(0, len(told), _AT_ONCE):
        send(b"", dict(told[first : first + _AT_ONCE]))


def _changed(known: Mapping[K, P], there: Container[K], now_s: int) -> Iterator[tuple[K, P | None]]:
    for key, position in known.items():
        if key in there:
            if position.missing_s:
                yield key, replace(position, missing_s=0)
        elif not position.missing_s:
            yield key, replace(position, missing_s=now_s)
        elif now_s - position.missing_s >= KEPT_S:
            yield key, None
