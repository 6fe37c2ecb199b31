"""The demo as its users meet it: six processes, real HTTP, gRPC and SQLite, and a receiver that counts."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.demo import system
from phoenix_dev.demo.business import business_of
from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.demo.faults import FAULTS
from phoenix_dev.demo.lifecycle import ask
from phoenix_dev.usecases.demo_faults import clear_faults, set_fault
from tests.unit.demo.asking import expect_truth, flat, post
from tests.unit.demo.sink import attributes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.demo.conftest import Running


def test_requests_cause_exactly_what_was_known_before_they_were_sent(running: Running) -> None:
    before = Counter(dict(flat(system.counts(running.system))))
    sent = running.send(101, 3 * (len(FAULTS) + 1), *FAULTS, fault_every=1) + running.send(102, 12)
    for one in sent:
        expect_truth(running, one)
    assert min(one.duration_ms for one in sent if one.fault == "slow-llm") >= 900
    assert min(one.duration_ms for one in sent if one.fault == "slow-db") >= 1200
    did = Counter(dict(flat(system.counts(running.system)))) - before
    del did["users"]  # how many different ones there were, and others came before
    assert did == sum((business_of(one.scenario) for one in sent), Counter())


def test_the_same_seed_twice_does_the_same_twice(running: Running) -> None:
    first, second = (running.send(303, 6, "llm-errors", fault_every=2) for _ in range(2))
    for before, after in zip(first, second, strict=True):
        assert before.correlation_id == after.correlation_id
        assert before.trace_id != after.trace_id
        counted = [running.sink.got.of_trace(sent.trace_id).counted for sent in (before, after)]
        assert counted == [(before.truth.spans, before.truth.logs)] * 2


def test_a_fault_leaves_an_exception_with_its_stack_trace(running: Running) -> None:
    sent = running.send(1, 1, "slow-llm")[0]
    spans = running.sink.got.of_trace(sent.trace_id).spans
    events = [event for span in spans for event in span.raw.events if event.name == "exception"]
    (thrown,) = [attributes(event.attributes) for event in events]
    assert thrown["exception.type"].endswith("ModelTimeout")
    assert thrown["exception.message"] == "model timed out after 900 ms"
    assert "in complete" in thrown["exception.stacktrace"]


def test_the_prompt_is_linked_to_what_it_was_made_of(running: Running) -> None:
    sent = next(sent for sent in running.send(seed=404, count=8) if sent.scenario.tool)
    spans = {span.raw.span_id: span for span in running.sink.got.of_trace(sent.trace_id).spans}
    (prompt,) = [span for span in spans.values() if span.raw.name == "compose prompt"]
    assert {spans[link.span_id].service for link in prompt.raw.links} == {"data-router", "tool-service"}


def test_spans_carry_the_attributes_of_the_semantic_conventions(running: Running) -> None:
    sent = next(s for s in running.send(seed=505, count=12) if s.scenario.tool and s.scenario.fresh)
    spans = {span.key[:3]: span.attributes for span in running.sink.got.of_trace(sent.trace_id).spans}
    server = spans["api-gateway", "POST /api/process", "server"]
    assert server["http.request.method"] == "POST"
    assert server["http.route"] == server["url.path"] == "/api/process"
    assert server["http.response.status_code"] == 200
    client = spans["orchestrator", "POST /v1/tools/{tool}", "client"]
    assert client["url.template"] == "/v1/tools/{tool}"
    assert client["server.address"] == "127.0.0.1"
    rpc = spans["data-router", "phoenix.knowledge.v1.KnowledgeBase/Search", "client"]
    assert (rpc["rpc.system.name"], rpc["rpc.response.status_code"]) == ("grpc", "OK")
    database = spans["knowledge-base", "SELECT documents", "client"]
    assert (database["db.system.name"], database["db.collection.name"]) == ("sqlite", "documents")
    chat = spans["llm-service", "chat phoenix-small", "internal"]
    assert chat["gen_ai.usage.input_tokens"] > chat["gen_ai.usage.output_tokens"] > 0


def test_a_callers_own_trace_and_ids_are_continued_and_returned(running: Running) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    status, _, headers = post(
        running,
        {},
        {
            "traceparent": f"00-{trace_id}-00f067aa0ba902b7-01",
            "X-Correlation-Id": "mine-1",
            "X-Request-Id": "mine-2",
        },
    )
    system.flush(running.system)
    assert status == 200
    assert (headers["x-correlation-id"], headers["x-request-id"]) == ("mine-1", "mine-2")
    assert headers["traceresponse"].split("-")[1] == trace_id
    found = running.sink.got.of_trace(trace_id)
    assert len({span.service for span in found.spans}) >= 4
    assert running.sink.got.of("correlation_id", "mine-1").counted == found.counted


def test_a_request_by_hand_gets_ids_on_its_response(running: Running) -> None:
    status, answer, headers = post(running, {"question": "When will the parcel with 3 items arrive?"})
    assert status == 200
    assert answer["answer"]
    assert headers["x-correlation-id"].startswith("corr-")
    assert headers["x-request-id"].startswith("req-")
    assert answer["trace_ids"] == [headers["traceresponse"].split("-")[1]]


def test_a_question_the_cache_does_not_know_is_learned(running: Running) -> None:
    results = []
    for _ in range(2):
        _, answer, _ = post(running, {"question": "Is this one new to you?"})
        system.flush(running.system)
        logs = running.sink.got.of_trace(answer["trace_ids"][0]).logs
        results.append([log.key[2] for log in logs if log.key[2].startswith("cache")])
    assert results == [["cache miss"], ["cache hit"]]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'{"fault": "fire"}', b"\xff\xfe"])
def test_a_body_that_cannot_be_read_is_the_callers_fault(running: Running, body: bytes) -> None:
    status, answer, headers = post(running, body)
    system.flush(running.system)
    assert (status, answer["error"]) == (400, "BadRequest")
    (span,) = running.sink.got.of_trace(headers["traceresponse"].split("-")[1]).spans
    assert span.key == ("api-gateway", "POST /api/process", "server", "unset")
    assert span.attributes["http.response.status_code"] == 400


def test_health_is_answered_by_every_service_and_causes_no_span(running: Running) -> None:
    system.flush(running.system)
    before = len(running.sink.got.spans)
    for service in running.system.services:
        for endpoint in ("liveness", "readiness", "dependencies", "metrics"):
            status, body = ask(service, "GET", f"/health/{endpoint}", 5)
            assert (status, bool(body)) == (200, True)
    system.flush(running.system)
    assert len(running.sink.got.spans) == before


@pytest.mark.parametrize(
    ("service", "names"),
    [
        ("api-gateway", ["orchestrator"]),
        ("orchestrator", ["data-router", "llm-service", "tool-service"]),
        ("data-router", ["knowledge-base"]),
        ("llm-service", []),
        ("tool-service", []),
        ("knowledge-base", ["sqlite"]),
    ],
)
def test_each_service_names_its_dependencies_with_their_latency(
    running: Running, service: str, names: list[str]
) -> None:
    answer = json.loads(ask(running.service(service), "GET", "/health/dependencies", 5)[1])
    assert answer["status"] == "up"
    assert [dependency["name"] for dependency in answer["dependencies"]] == names
    assert all(dependency["status"] == "up" and dependency["latency_ms"] > 0 for dependency in answer["dependencies"])


#: Requirement R13: name, unit, attribute keys, and the service that measures it.
MEASURED = [
    (
        "orchestrator",
        "http.server.request.duration",
        "s",
        {"http.request.method", "http.route", "http.response.status_code", "error.type", "url.scheme"},
    ),
    (
        "llm-service",
        "gen_ai.client.operation.duration",
        "s",
        {"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "error.type"},
    ),
    (
        "llm-service",
        "gen_ai.client.token.usage",
        "{token}",
        {"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.token.type"},
    ),
    ("knowledge-base", "phoenix.knowledge_base.query.duration", "s", {"error.type"}),
    ("tool-service", "phoenix.tool.execution.duration", "s", {"tool.name", "error.type"}),
    ("data-router", "phoenix.cache.requests", "{request}", {"cache.name", "cache.result"}),
    ("orchestrator", "phoenix.circuit_breaker.state", "{breaker}", {"breaker", "state"}),
    ("orchestrator", "phoenix.circuit_breaker.transitions", "{transition}", {"breaker", "state"}),
    ("data-router", "phoenix.circuit_breaker.state", "{breaker}", {"breaker", "state"}),
    ("api-gateway", "phoenix.users.active", "{user}", set()),
    ("api-gateway", "process.cpu.utilization", "1", set()),
    ("api-gateway", "process.memory.usage", "By", set()),
    ("api-gateway", "phoenix.connections.active", "{connection}", set()),
]


@pytest.fixture(scope="module")
def measured(running: Running) -> Running:
    """The system after requests of each kind."""
    running.send(606, 8, "llm-errors", "db-errors", "tool-errors", fault_every=2)
    return running


@pytest.mark.parametrize(("service", "name", "unit", "keys"), MEASURED, ids=[name for _, name, _, _ in MEASURED])
def test_metrics_arrive_under_their_names_and_the_page_has_the_same(
    measured: Running, service: str, name: str, unit: str, keys: set[str]
) -> None:
    running = measured
    arrived = [m for sender, m in running.sink.got.metrics if (sender, m.name) == (service, name)]
    assert {metric.unit for metric in arrived} == {unit}
    kind = arrived[-1].WhichOneof("data")
    assert kind is not None
    points = getattr(arrived[-1], kind).data_points
    assert {pair.key for point in points for pair in point.attributes} == keys
    page = ask(running.service(service), "GET", "/health/metrics", 5)[1].decode()
    assert re.search(rf"^{name.replace('.', '_')}\w*(\{{.*\}})? \S+$", page, re.MULTILINE)


def test_durations_come_with_exemplars_that_lead_to_their_trace(running: Running) -> None:
    sent = running.send(seed=707)[0]
    durations = [m for service, m in running.sink.got.metrics if m.name == "http.server.request.duration"]
    exemplars = {e.trace_id.hex() for m in durations for p in m.histogram.data_points for e in p.exemplars}
    assert sent.trace_id in exemplars


def test_every_service_writes_the_lines_of_r14_that_it_sends(running: Running) -> None:
    sent = running.send(808, 1, "llm-errors")[0]
    lines = [
        json.loads(line)
        for service in running.system.services
        for line in Path(service.log).read_text("utf-8").splitlines()
    ]
    mine = [line for line in lines if line["correlation_id"] == sent.correlation_id]
    assert Counter((line["service"], line["level"], line["message"]) for line in mine) == sent.truth.logs
    assert {line["trace_id"] for line in mine} == {sent.trace_id}
    assert {line["request_id"] for line in mine} == {sent.request_id}
    records = {log.raw.span_id.hex(): log for log in running.sink.got.of_trace(sent.trace_id).logs}
    assert {line["span_id"] for line in mine} == set(records)
    assert {line["service"] for line in lines} == set(SERVICES)


def test_duration_and_metadata_are_attributes_of_the_record(running: Running) -> None:
    sent = running.send(seed=909)[0]
    (record,) = [log for log in running.sink.got.of_trace(sent.trace_id).logs if log.key[2] == "request completed"]
    assert record.attributes["duration_ms"] > 0
    assert record.attributes["metadata.user_id"] == sent.scenario.user_id


@pytest.fixture
def mended(running: Running) -> Iterator[Running]:
    """The system, without faults at the end."""
    yield running
    clear_faults(running.home)


def test_a_fault_of_requests_befalls_those_that_do_not_say_what_goes_wrong_in_them(mended: Running) -> None:
    set_fault(mended.home, "tool-errors")
    assert post(mended, {})[0] == 502
    assert post(mended, {"fault": ""})[0] == 200
    for sent in mended.send(seed=1111, count=4):
        expect_truth(mended, sent)
    clear_faults(mended.home, ["tool-errors"])
    assert post(mended, {})[0] == 200


def test_a_service_that_is_not_ready_says_so_and_works_on(mended: Running) -> None:
    set_fault(mended.home, "not-ready", "llm-service")
    readiness = {one.name: ask(one, "GET", "/health/readiness", 5)[0] for one in mended.system.services}
    assert {name for name, status in readiness.items() if status == 503} == {"llm-service"}
    assert post(mended, {})[0] == 200


def test_requests_without_a_scenario_share_one_breaker_which_then_refuses_at_once(running: Running) -> None:
    assert post(running, {"fault": "llm-errors", "llm_failures": 4})[0] == 503
    status, _, headers = post(running, {"question": "Still there?"})
    assert status == 503
    system.flush(running.system)
    refused = running.sink.got.of_trace(headers["traceresponse"].split("-")[1])
    assert "llm-service" not in {span.service for span in refused.spans}
    page = ask(running.service("orchestrator"), "GET", "/health/metrics", 5)[1].decode()
    assert 'phoenix_circuit_breaker_state{breaker="llm-service",state="open"} 1' in page
    for sent in running.send(seed=1010, count=4):
        expect_truth(running, sent)
