"""How far the clock of a called service is off, judged by its caller.

The rule is the one Jaeger made familiar: a call that seems to start before its caller, or to end after it, is centred
in it, as if the way there took as long as the way back. It is applied across services only, and only where the caller
waits for the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.model.span import Span

_MILLISECOND = 1_000_000


def shift_of(child: Span, parent: Span, parent_shift: int) -> int:
    """Nanoseconds to add to the child's times as sent, given what is added to its parent's.

    One service is one clock: a child of the same service is shifted as its parent. Messages (producer, consumer) are
    not corrected: nobody waits.
    """
    if child.service == parent.service:
        return parent_shift
    if parent.kind == "producer" or child.kind not in ("server", "consumer"):
        return 0
    if child.kind == "consumer" and parent.kind != "client":
        return 0
    start, end = parent.start_ns + parent_shift, parent.start_ns + parent_shift + parent.duration_ns
    fits = child.duration_ns <= parent.duration_ns
    early = child.start_ns < start
    late = fits and child.start_ns + child.duration_ns > end + overhang(parent) and waits(parent)
    if not (early or late):
        return 0
    return start - child.start_ns + ((parent.duration_ns - child.duration_ns) // 2 if fits else 0)


def waits(parent: Span) -> bool:
    """Whether a callee that ends later tells of a wrong clock: a caller that failed may just have given up waiting."""
    return parent.kind == "client" and parent.status != "error"


def overhang(parent: Span) -> int:
    """Nanoseconds by which a callee may end later on one clock: servers close spans after the last byte left."""
    return max(_MILLISECOND, parent.duration_ns // 50)
