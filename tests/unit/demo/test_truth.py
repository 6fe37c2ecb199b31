from __future__ import annotations

from collections import Counter
from dataclasses import replace

from phoenix_dev.demo import business
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


def test_a_tool_that_fails_fails_every_span_up_to_the_root_and_nobody_asks_the_model() -> None:
    truth = truth_of(replace(PLAIN, fault="tool-errors", tool="calculator"))
    failed = {key[:2] for key in truth.spans if key[3] == "error"}
    assert {"api-gateway", "orchestrator", "tool-service"} == {service for service, _ in failed}
    assert ("tool-service", "execute_tool calculator") in failed
    assert not [key for key in truth.spans if key[0] == "llm-service"]


def test_a_worker_that_dies_says_so_as_its_last_word_and_nobody_asks_the_model() -> None:
    truth = truth_of(replace(PLAIN, fault="worker-dies", tool="calculator"))
    assert truth.logs["orchestrator", "FATAL", "worker died"] == 1
    failed = {key[:2] for key in truth.spans if key[3] == "error"}
    assert {"api-gateway", "orchestrator"} == {service for service, _ in failed}
    assert ("orchestrator", "compose prompt") in failed
    assert not [key for key in truth.spans if key[0] == "llm-service"]


def test_a_database_that_fails_opens_a_breaker_and_the_user_sees_nothing() -> None:
    truth = truth_of(replace(PLAIN, fault="db-errors", fresh=True))
    assert truth.spans["knowledge-base", "query", "internal", "error"] == 3
    assert truth.logs["data-router", "WARN", "circuit breaker open"] == 1
    assert truth.spans["api-gateway", "POST /api/process", "server", "unset"] == 1


def test_numbers_of_a_request_are_known_before_it_is_sent() -> None:
    question = "Can I send back 2 of 5 pairs of shoes?"
    asked = replace(PLAIN, question=question, fresh=True, documents=2, tool="word_count")
    numbers = business.business_of(asked)
    assert numbers.pop(business.INPUT_TOKENS) == 14 + 18 + 5 + 10  # two documents, the tool's sentence, the question
    assert numbers.pop(business.OUTPUT_TOKENS) == 7  # "The handbook describes returns step by step."
    assert numbers == {
        "requests.received": 1, "cache.misses": 1, "knowledge_base.queries": 1, "tools.word_count.succeeded": 1,
        "llm.requests": 1,
    }  # fmt: skip
