"""The service map, laid out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.system import Call, Latency, ServiceFigures, System
from phoenix_dev.web.drawing import draw

FAST = Latency(1, 1, 1)
Calls = dict[tuple[str, str], int]


def system(calls: Calls) -> System:
    names = sorted({name for pair in calls for name in pair})
    services = tuple(ServiceFigures(name, 1, 0, FAST, (), ()) for name in names)
    return System(services, tuple(Call(*pair, count, 0, FAST) for pair, count in calls.items()), 1, 0, 1, False)


def test_callers_stand_to_the_left_of_what_they_call() -> None:
    calls = {("web", "api"): 3, ("api", "llm"): 2, ("api", "tool"): 1, ("tool", "db"): 1, ("web", "db"): 1}
    drawing = draw(system(calls), 60)
    x = {node.service: node.x for node in drawing.nodes}
    assert all(x[caller] < x[callee] for caller, callee in calls)
    assert len(drawing.edges) == 5


names = st.sampled_from("abcdefgh")
pairs = st.tuples(names, names).filter(lambda pair: pair[0] != pair[1])


@given(st.dictionaries(pairs, st.integers(1, 9), max_size=20))
def test_whatever_calls_whom_everyone_has_a_place_of_their_own(calls: Calls) -> None:
    drawing = draw(system(calls), 60)
    places = [(node.x, node.y) for node in drawing.nodes]
    assert {node.service for node in drawing.nodes} == {name for pair in calls for name in pair}
    assert len(set(places)) == len(places)
    assert all(0 <= x <= drawing.width - 180 and 0 <= y <= drawing.height - 56 for x, y in places)
    assert {(edge.caller, edge.callee) for edge in drawing.edges} == set(calls)


def test_of_many_the_busiest_are_drawn_and_the_others_counted() -> None:
    calls = {(f"caller-{number:03}", "hub"): number + 1 for number in range(100)}
    drawing = draw(system(calls), 60)
    assert len(drawing.nodes) == 60
    assert drawing.left_out == 41
    assert {"hub", "caller-099"} <= {node.service for node in drawing.nodes}
