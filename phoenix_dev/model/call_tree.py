"""Who calls whom as a tree that reads from top to bottom, whatever circles there are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.system import Call, System

#: "shown": what the service calls stands elsewhere. "circle": above this very row.
Repeat = Literal["", "shown", "circle"]
NONE = -1


@dataclass(frozen=True, slots=True)
class Branch:
    """A call, below what its caller is called by; `call` is None for a service that the tree begins with.

    `parent` and `children` are positions of branches (NONE: at the top). A service whose calls stand elsewhere has no
    children, and says so in `repeat`.
    """

    service: str
    call: Call | None
    parent: int
    children: tuple[int, ...] = ()
    repeat: Repeat = ""

    @property
    def hidden(self) -> int:
        """Calls below it that no branch shows: none."""
        return 0


def call_tree(system: System) -> tuple[Branch, ...]:
    """Every call of a system once, the busiest first; what a service calls stands where that service stands first.

    It begins with those that nobody calls. A circle that nobody leads into begins with whoever is asked most from
    outside.
    """
    calls: dict[str, list[Call]] = defaultdict(list)
    for call in sorted(system.calls, key=lambda one: (one.count, one.callee)):
        calls[call.caller].append(call)  # the busiest last, for a stack
    tree = _Tree(calls)
    for service in _beginnings(system):
        tree.grow(service)
    return tree.branches()


def _beginnings(system: System) -> Iterator[str]:
    asked: dict[str, int] = defaultdict(int, {one.service: one.requests for one in system.services})
    inside: dict[str, int] = defaultdict(int)
    for call in system.calls:
        inside[call.callee] += call.count
    callers = {call.caller for call in system.calls}
    yield from sorted(callers - set(inside), key=lambda name: (-asked[name], name))
    yield from sorted(callers & set(inside), key=lambda name: (inside[name] - asked[name], name))


class _Tree:
    def __init__(self, calls: dict[str, list[Call]]) -> None:
        self._calls = calls
        self._rows: list[Branch] = []
        self._below: list[list[int]] = []
        self._placed: dict[str, int] = {}

    def grow(self, beginning: str) -> None:
        """Add a service with all below it, unless it stands already."""
        if beginning in self._placed:
            return
        waiting: list[tuple[str, Call | None, int]] = [(beginning, None, NONE)]
        while waiting:
            service, call, parent = waiting.pop()
            position = self._add(service, call, parent)
            if not self._rows[position].repeat:
                self._placed[service] = position
                waiting.extend((one.callee, one, position) for one in self._calls.get(service, ()))

    def branches(self) -> tuple[Branch, ...]:
        """All that has grown."""
        pairs: Sequence[tuple[Branch, list[int]]] = list(zip(self._rows, self._below, strict=True))
        return tuple(replace(row, children=tuple(below)) for row, below in pairs)

    def _add(self, service: str, call: Call | None, parent: int) -> int:
        position = len(self._rows)
        self._rows.append(Branch(service, call, parent, repeat=self._repeat(service, parent)))
        self._below.append([])
        if parent != NONE:
            self._below[parent].append(position)
        return position

    def _repeat(self, service: str, parent: int) -> Repeat:
        if service not in self._placed or not self._calls.get(service):
            return ""
        above = parent
        while above != NONE:
            if self._rows[above].service == service:
                return "circle"
            above = self._rows[above].parent
        return "shown"
