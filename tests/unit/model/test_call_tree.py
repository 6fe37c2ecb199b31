"""Calls as a tree: each once, below who makes it, circles and all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.call_tree import NONE, call_tree
from phoenix_dev.model.system import Call, Latency, ServiceFigures, System

FAST = Latency(1, 1, 1)
Calls = dict[tuple[str, str], int]


def system(calls: Calls, requests: dict[str, int] | None = None) -> System:
    names = sorted({name for pair in calls for name in pair})
    services = tuple(ServiceFigures(name, (requests or {}).get(name, 1), 0, FAST, (), ()) for name in names)
    return System(services, tuple(Call(*pair, count, 0, FAST) for pair, count in calls.items()), 1, 0, 1, False)


def drawn(calls: Calls, requests: dict[str, int] | None = None) -> list[str]:
    """`depth service mark` a branch."""
    found = call_tree(system(calls, requests))
    depths: list[int] = []
    for one in found:
        depths.append(0 if one.parent == NONE else depths[one.parent] + 1)
    return [f"{depth} {one.service} {one.repeat}".strip() for depth, one in zip(depths, found, strict=True)]


def test_what_a_service_calls_stands_below_it_the_busiest_first() -> None:
    assert drawn({("web", "api"): 3, ("api", "tool"): 1, ("api", "llm"): 2}) == ["0 web", "1 api", "2 llm", "2 tool"]


def test_who_is_called_by_two_has_its_calls_below_the_first() -> None:
    calls = {("web", "api"): 3, ("job", "api"): 1, ("api", "db"): 4}
    assert drawn(calls, {"web": 3, "job": 1}) == ["0 web", "1 api", "2 db", "0 job", "1 api shown"]


def test_a_circle_begins_with_whoever_is_asked_from_outside_and_ends_where_it_leads_back() -> None:
    assert drawn({("a", "b"): 5, ("b", "a"): 2}, {"a": 5, "b": 5}) == ["0 a", "1 b", "2 a circle"]


names = st.sampled_from("abcdefgh")
pairs = st.tuples(names, names).filter(lambda pair: pair[0] != pair[1])


@given(st.dictionaries(pairs, st.integers(1, 9), max_size=24))
def test_whatever_calls_whom_each_call_stands_once_below_its_caller(calls: Calls) -> None:
    found = call_tree(system(calls))
    below = [(found[one.parent].service, one.service) for one in found if one.parent != NONE]
    assert sorted(below) == sorted(calls)
    assert all(one.parent < position for position, one in enumerate(found))
    children = [(position, child) for position, one in enumerate(found) for child in one.children]
    assert children == sorted(children)
    assert {(one.parent, position) for position, one in enumerate(found) if one.parent != NONE} == set(children)


def test_a_chain_of_thousands_takes_no_longer_than_it_is() -> None:
    chain = {(f"s{number}", f"s{number + 1}"): 1 for number in range(20_000)}
    assert len(call_tree(system(chain))) == 20_001
