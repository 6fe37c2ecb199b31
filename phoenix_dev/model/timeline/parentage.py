"""Which span stands under which, whatever was lost, sent twice or made up on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.span import Span

#: Why a span has no parent here: it names none, its parent was not received, or the parents form a loop.
Detached = Literal["", "missing", "loop"]

NONE = -1
_CALLED = ("server", "consumer")
_CALLER = ("client", "producer")


def parents_of(spans: Sequence[Span]) -> tuple[list[int], list[Detached]]:
    """For each span the position of its parent (NONE for the top), and why it has none although it names one.

    A server span that shares its ID with its client (B3 propagation, "shared span") stands under that client. Of
    several spans with the parent's ID the one of the child's own service is meant, else the one that was called. A loop
    is cut above its earliest span.
    """
    by_id: dict[str, list[int]] = {}
    for position, span in enumerate(spans):
        if span.span_id:
            by_id.setdefault(span.span_id, []).append(position)
    parents: list[int] = []
    why: list[Detached] = []
    for position, span in enumerate(spans):
        parent = _parent(position, span, spans, by_id)
        parents.append(parent)
        why.append("missing" if parent == NONE and span.parent_span_id else "")
    _cut_loops(spans, parents, why)
    return parents, why


def _parent(position: int, span: Span, spans: Sequence[Span], by_id: dict[str, list[int]]) -> int:
    if span.kind in _CALLED:
        for twin in by_id.get(span.span_id, ()):
            if spans[twin].kind in _CALLER and spans[twin].parent_span_id == span.parent_span_id:
                return twin
    candidates = by_id.get(span.parent_span_id, ()) if span.parent_span_id else ()
    if len(candidates) < 2:
        return candidates[0] if candidates else NONE
    others = [candidate for candidate in candidates if candidate != position]
    own = (other for other in others if spans[other].service == span.service)
    called = (other for other in others if spans[other].kind in _CALLED)
    return next(own, next(called, others[0]))


def _cut_loops(spans: Sequence[Span], parents: list[int], why: list[Detached]) -> None:
    walk_of = [NONE] * len(spans)
    for start in range(len(spans)):
        walk = start
        while walk != NONE and walk_of[walk] == NONE:
            walk_of[walk] = start
            walk = parents[walk]
        if walk != NONE and walk_of[walk] == start:
            top = _earliest_in_loop(walk, spans, parents)
            parents[top], why[top] = NONE, "loop"


def _earliest_in_loop(member: int, spans: Sequence[Span], parents: list[int]) -> int:
    earliest, walk = member, parents[member]
    while walk != member:
        if (spans[walk].start_ns, walk) < (spans[earliest].start_ns, earliest):
            earliest = walk
        walk = parents[walk]
    return earliest
