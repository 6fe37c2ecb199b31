from __future__ import annotations

from collections import Counter
from dataclasses import replace

from phoenix_dev.demo.scenario import Scenario, scenario_of
from phoenix_dev.demo.truth import truth_of

PLAIN = replace(scenario_of(1, 0), fresh=False, tool="", documents=1)


def test_truth_is_reproducible_and_takes_no_traffic() -> None:
    first = [truth_of(scenario_of(11, index)).as_json() for index in range(100)]
    assert first == [truth_of(scenario_of(11, index)).as_json() for index in range(100)]


def test_the_smallest_request_stays_in_four_services() -> None:
    truth = truth_of(PLAIN)
    assert {key[0] for key in truth.spans} == {"api-gateway", "orchestrator", "data-router", "llm-service"}
    assert truth.spans.total() == 13
    assert all(status == "unset" for *_, status in truth.spans)


def test_a_cache_miss_reads_one_more_table_row_set_per_document() -> None:
    truth = truth_of(replace(PLAIN, fresh=True, documents=3))
    assert truth.spans["knowledge-base", "SELECT passages", "client", "unset"] == 3
    assert truth.logs["knowledge-base", "TRACE", "rows read"] == 4
    assert truth.logs["data-router", "DEBUG", "cache miss"] == 1


def test_a_model_that_stays_away_fails_every_span_up_to_the_root() -> None:
    truth = truth_of(replace(PLAIN, fault="llm-errors", llm_failures=4))
    failed = Counter({key: count for key, count in truth.spans.items() if key[3] == "error"})
    assert failed["api-gateway", "POST /api/process", "server", "error"] == 1
    assert failed["llm-service", "chat phoenix-small", "internal", "error"] == 4
    assert truth.logs["orchestrator", "WARN", "circuit breaker open"] == 2
    assert truth.logs["orchestrator", "INFO", "circuit breaker closed"] == 0
    assert truth.logs["orchestrator", "ERROR", "model unavailable"] == 1


def test_a_model_that_comes_back_for_the_probe_closes_the_breaker() -> None:
    truth = truth_of(replace(PLAIN, fault="llm-errors", llm_failures=3))
    assert truth.spans["api-gateway", "POST /api/process", "server", "unset"] == 1
    breaker = {message: count for (_, _, message), count in truth.logs.items() if message.startswith("circuit")}
    assert breaker == {"circuit breaker open": 1, "circuit breaker half_open": 1, "circuit breaker closed": 1}


def test_a_slow_model_times_out_once_and_is_asked_again() -> None:
    truth = truth_of(replace(PLAIN, fault="slow-llm", llm_failures=1))
    assert truth.logs["llm-service", "ERROR", "model timed out after 900 ms"] == 1
    assert truth.spans["llm-service", "chat phoenix-small", "internal", "error"] == 1
    assert truth.spans["llm-service", "chat phoenix-small", "internal", "unset"] == 1


def test_a_lost_context_tears_router_and_knowledge_base_off_into_a_second_trace() -> None:
    scenario: Scenario = scenario_of(2, 0, "lost-context")
    own, torn = truth_of(scenario).traces
    assert {key[0] for key in torn.spans} == {"data-router", "knowledge-base"}
    assert not {key[0] for key in own.spans} & {"data-router", "knowledge-base"}
    assert torn.root == ("data-router", "POST /v1/route")
    whole = truth_of(replace(scenario, fault="")).traces[0]
    assert own.spans + torn.spans == whole.spans
    added = own.logs + torn.logs - whole.logs
    assert [level for _, level, _ in added] == ["WARN"]
