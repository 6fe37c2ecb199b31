"""The service map laid out: callers to the left of what they call, few lines crossing, each line a curve."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import duration, three_digits
from phoenix_dev.web.hues import hue_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.model.system import Call, ServiceFigures, System

#: Units of the picture are pixels.
_WIDTH, _HEIGHT = 180, 56
_ACROSS, _DOWN = 130, 34
_MARGIN = 16
_SWEEPS = 6
_NAME = 22


@dataclass(frozen=True, slots=True)
class Node:
    """A service: its place, and what stands in it."""

    service: str
    name: str
    hue: int
    x: int
    y: int
    words: str
    failing: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """A call: its curve, how thick, and what stands beside it at `label_x`, `label_y`."""

    caller: str
    callee: str
    curve: str
    thickness: str
    words: str
    failing: bool
    label_x: int
    label_y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map, so large in pixels. `left_out` counts the services that it has no room for."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int
    height: int
    left_out: int


def draw(system: System, most: int) -> Drawing:
    """The services that call or are called, the busiest `most` of them."""
    weights: dict[str, int] = defaultdict(int)
    for call in system.calls:
        weights[call.caller] += call.count
        weights[call.callee] += call.count
    kept = sorted(weights, key=lambda name: (-weights[name], name))[:most]
    calls = [call for call in system.calls if call.caller in kept and call.callee in kept]
    columns = _ordered(_columns(kept, calls), calls)
    places = _places(columns)
    figures = {one.service: one for one in system.services}
    nodes = tuple(_node(name, places[name], figures.get(name)) for column in columns for name in column)
    heaviest = max((call.count for call in calls), default=1)
    return Drawing(
        nodes=nodes,
        edges=tuple(_edge(call, places, heaviest) for call in calls),
        width=2 * _MARGIN + len(columns) * (_WIDTH + _ACROSS) - _ACROSS if columns else 0,
        height=2 * _MARGIN + max((len(column) for column in columns), default=0) * (_HEIGHT + _DOWN) - _DOWN,
        left_out=len(weights) - len(kept),
    )


def _columns(names: Sequence[str], calls: Sequence[Call]) -> list[list[str]]:
    """Each service one column to the right of those that call it; what would lead back in a circle does not count."""
    callees: dict[str, list[str]] = defaultdict(list)
    called: dict[str, int] = dict.fromkeys(names, 0)
    for call in calls:
        callees[call.caller].append(call.callee)
        called[call.callee] += 1
    depth: dict[str, int] = {}
    waiting = dict(called)
    while len(depth) < len(names):
        free = [name for name in names if name not in depth and waiting[name] <= 0]
        # Nothing is free: a circle. It is entered where least leads in.
        for name in free or [min((n for n in names if n not in depth), key=lambda n: (waiting[n], names.index(n)))]:
            depth.setdefault(name, 0)
            before = [call.caller for call in calls if call.callee == name and call.caller in depth]
            depth[name] = max([depth[name], *(depth[caller] + 1 for caller in before if caller != name)])
            for callee in callees[name]:
                waiting[callee] -= 1
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in names:
        columns[depth[name]].append(name)
    return [column for column in columns if column]


def _ordered(columns: list[list[str]], calls: Sequence[Call]) -> list[list[str]]:
    """The same columns, each in the order of the middle of its neighbours (barycentre), so that few lines cross."""
    near: dict[str, set[str]] = defaultdict(set)
    for call in calls:
        near[call.caller].add(call.callee)
        near[call.callee].add(call.caller)
    for sweep in range(_SWEEPS):
        place = {name: (index + 0.5) / len(column) for column in columns for index, name in enumerate(column)}
        for column in columns if sweep % 2 else reversed(columns):
            middle = {
                name: sum(place[one] for one in near[name]) / len(near[name]) if near[name] else place[name]
                for name in column
            }
            column.sort(key=lambda name: (middle[name], name))
            place.update({name: (index + 0.5) / len(column) for index, name in enumerate(column)})
    return columns


def _places(columns: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    tallest = max((len(column) for column in columns), default=0)
    places = {}
    for number, column in enumerate(columns):
        above = (tallest - len(column)) * (_HEIGHT + _DOWN) // 2
        for index, name in enumerate(column):
            x = _MARGIN + number * (_WIDTH + _ACROSS)
            places[name] = (x, _MARGIN + above + index * (_HEIGHT + _DOWN))
    return places


def _node(name: str, place: tuple[int, int], figures: ServiceFigures | None) -> Node:
    words, failing = "", False
    if figures is not None and figures.latency is not None:
        words = f"{figures.requests:,} · p95 {duration(figures.latency.p95_ns)}"
        failing = figures.errors > 0
    short = name if len(name) <= _NAME else name[: _NAME - 1] + "…"
    return Node(name, short, hue_of(name), *place, words, failing)


def _edge(call: Call, places: Mapping[str, tuple[int, int]], heaviest: int) -> Edge:
    (from_x, from_y), (to_x, to_y) = places[call.caller], places[call.callee]
    start_x, start_y, end_y = from_x + _WIDTH, from_y + _HEIGHT // 2, to_y + _HEIGHT // 2
    end_x = to_x - 7  # the head of the arrow
    if to_x > from_x:
        bend = max(40, (end_x - start_x) // 2)
        curve = f"M{start_x},{start_y} C{start_x + bend},{start_y} {end_x - bend},{end_y} {end_x},{end_y}"
        label = (start_x + end_x) // 2, (start_y + end_y) // 2 - 6
    else:  # back, or to a service of the same column: around below
        low = max(from_y, to_y) + _HEIGHT + _DOWN // 2
        curve = f"M{start_x},{start_y} C{start_x + 60},{low} {end_x - 60},{low} {end_x},{end_y}"
        label = (start_x + end_x) // 2, low - 8
    failed = f" ✗ {three_digits(100 * call.errors / call.count)} %" if call.errors else ""
    thickness = f"{1.2 + 2.8 * call.count / heaviest:.2f}"
    return Edge(call.caller, call.callee, curve, thickness, f"{call.count:,}{failed}", bool(call.errors), *label)
