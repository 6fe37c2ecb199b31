from __future__ import annotations

from typing import Any

import pytest

from phoenix_dev.demo.catalogue import MODEL_ATTEMPTS
from phoenix_dev.demo.faults import FAULTS, Fault
from phoenix_dev.demo.scenario import request_ids, scenario_from_body, scenario_of
from phoenix_dev.demo.traffic import TrafficPlan


def test_a_scenario_depends_on_seed_index_and_fault_alone() -> None:
    first = [scenario_of(7, index, "llm-errors") for index in range(50)]
    assert first == [scenario_of(7, index, "llm-errors") for index in range(50)]
    assert first != [scenario_of(8, index, "llm-errors") for index in range(50)]


def test_a_fault_changes_nothing_but_what_it_must() -> None:
    for index in range(50):
        healthy, faulty = scenario_of(7, index), scenario_of(7, index, "llm-errors")
        assert (healthy.question, healthy.tool, healthy.fresh) == (faulty.question, faulty.tool, faulty.fresh)


def test_healthy_requests_succeed_and_their_model_takes_at_most_100_ms() -> None:
    scenarios = [scenario_of(1, index) for index in range(500)]
    assert all(scenario.status_code == 200 and scenario.llm_ms <= 100 for scenario in scenarios)
    assert {scenario.fresh for scenario in scenarios} == {True, False}
    assert {scenario.tool for scenario in scenarios} == {"", "calculator", "word_count"}


def test_several_faults_come_each_in_its_turn() -> None:
    plan = TrafficPlan(seed=3, count=8, faults=("slow-db", "tool-errors"), fault_every=2)
    told = [plan.scenario(index).fault for index in range(8)]
    assert told == ["", "slow-db", "", "tool-errors", "", "slow-db", "", "tool-errors"]


def test_every_fault_is_told_apart_by_how_the_model_the_context_and_the_tool_fare() -> None:
    assert {scenario_of(1, i, "slow-llm").llm_failures for i in range(99)} == {1}
    assert {scenario_of(1, i, "llm-errors").llm_failures for i in range(99)} == {MODEL_ATTEMPTS - 1, MODEL_ATTEMPTS}
    for fault in ("lost-context", "slow-db", "db-errors", "cache-misses"):
        assert all(scenario_of(1, i, fault).fresh for i in range(99))
    assert all(scenario_of(1, i, "tool-errors").tool for i in range(99))


def test_what_the_user_sees_of_each_fault() -> None:
    seen = {fault: {scenario_of(1, i, fault).status_code for i in range(99)} for fault in FAULTS}
    assert {fault for fault, statuses in seen.items() if statuses == {200}} == {
        "slow-llm", "lost-context", "slow-db", "db-errors", "cache-misses",
    }  # fmt: skip
    assert (seen["llm-errors"], seen["tool-errors"], seen["worker-dies"]) == ({200, 503}, {502}, {502})


def test_ids_belong_to_one_request_each() -> None:
    ids = {each for seed in (1, 2) for index in range(1000) for each in request_ids(seed, index)}
    assert len(ids) == 4000
    assert request_ids(1, 5) == request_ids(1, 5)


def test_every_fifth_of_a_thousand_is_faulty() -> None:
    plan = TrafficPlan(seed=3, count=1000, faults=("llm-errors",), fault_every=5)
    assert sum(bool(plan.scenario(index).fault) for index in range(1000)) == 200


def test_without_fault_every_each_request_has_the_fault() -> None:
    plan = TrafficPlan(seed=3, count=10, faults=("slow-llm",))
    assert all(plan.scenario(index).fault == "slow-llm" for index in range(10))


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_a_scenario_survives_its_way_through_the_services(fault: Fault) -> None:
    scenario = scenario_of(5, 3, fault)
    assert scenario_from_body(scenario.as_json(), seed=0) == scenario


def test_a_bare_question_gets_a_scenario_that_shares_cache_and_breaker_with_all_others() -> None:
    scenario = scenario_from_body({"question": "Where is my parcel?"}, seed=0)
    assert scenario.question == "Where is my parcel?"
    assert (scenario.isolated, scenario.fresh, scenario.fault) == (False, False, "")
    assert scenario == scenario_from_body({"question": "Where is my parcel?"}, seed=0)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"fault": "fire"}, "fault"),
        ({"question": 7}, "question"),
        ({"question": "x" * 5000}, "question"),
        ({"tool": "hammer"}, "tool"),
        ({"llm_ms": -1}, "llm_ms"),
        ({"llm_ms": True}, "llm_ms"),
        ({"llm_failures": 99}, "llm_failures"),
        ({"documents": "2"}, "documents"),
        ({"isolated": "yes"}, "isolated"),
        ({"user_id": None}, "user_id"),
    ],
)
def test_what_is_wrong_in_a_body_is_named(body: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        scenario_from_body(body, seed=0)
