"""Every panel asks the live stores something that they answer, and every link leads to what it names."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from phoenix_dev.demo.business import business_of
from tests import otlp
from tests.grafana import interpolated, links, pane, panels
from tests.live.provisioning.asking import Asked
from tests.live.provisioning.expecting import BOARDS, TROUBLED, answer, expect_answers, expect_counts, panel_of
from tests.waiting import wait_until
from tools.dashboards.catalogue import all_boards

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.live.compose.by_hand import ByHand
    from tests.live.provisioning.conftest import Traffic

EVERY = pytest.mark.parametrize("file", BOARDS)
#: (dashboard, panel) of those that may have no answer while all is well.
MAY_BE_EMPTY = {
    (board.title, panel["title"])
    for board in all_boards()
    for tile, panel in zip(board.tiles, panels(BOARDS[board.file_name]), strict=True)
    if tile.may_be_empty
}
#: One without circuit breakers, which calls no other service.
HEALTHY = {**TROUBLED, "service": "tool-service"}
#: What was clicked: an operation and a call that failed, a level that occurred.
CLICKED = {
    "__data.fields.Service": "orchestrator",
    "__data.fields.Operation": "POST /v1/process",
    "__data.fields.Call": "POST /v1/chat",
    "__field.labels.service_name": "orchestrator",
    "__field.labels.span_name": "POST /v1/process",
    "__field.labels.detected_level": "error",
}
#: What is measured from outside, every 15 s: no fault of a request changes whether it is there.
FROM_OUTSIDE = re.compile(r"\b(up|scrape_\w+|system_\w+|container_\w+)\{")


@EVERY
def test_every_query_has_an_answer_when_there_is_something_to_tell(file: str, traffic: Traffic) -> None:
    expect_answers(file, traffic.asked)


@EVERY
def test_only_what_says_so_is_empty_for_a_healthy_service(file: str, traffic: Traffic) -> None:
    for panel in panels(BOARDS[file]):
        for target in panel["targets"]:
            outside = FROM_OUTSIDE.search(target.get("expr", ""))
            # Whatever it is, the query was understood.
            found = answer(traffic.asked if outside else traffic.healthy, target, HEALTHY)
            assert found or (BOARDS[file]["title"], panel["title"]) in MAY_BE_EMPTY, (panel["title"], target)


def test_each_number_of_the_business_dashboard_is_what_the_services_counted(traffic: Traffic) -> None:
    known = sum((business_of(one.scenario) for one in traffic.sent), Counter[str]())
    known["users"] = len({one.scenario.user_id for one in traffic.sent})
    assert traffic.counts == known, "they counted what the requests had to cause"
    expect_counts(traffic.asked, traffic.counts)


def test_logs_are_those_of_the_request_whose_id_was_typed(traffic: Traffic) -> None:
    (target,) = panel_of("logs.json", "Logs")["targets"]
    one = next(sent for sent in traffic.sent if sent.fault == "lost-context")
    for typed in (one.correlation_id, one.correlation_id[:-2]):
        found = answer(traffic.asked, target, {"service": ".+", "text": "", "correlation_id": typed})
        assert {stream["stream"]["correlation_id"] for stream in found} == {one.correlation_id}
        assert sum(len(stream["values"]) for stream in found) == one.truth.logs.total()
    none = {"service": ".+", "text": 'no "such" line', "correlation_id": one.correlation_id}
    assert not answer(traffic.asked, target, none)
    assert not answer(traffic.asked, target, {**none, "text": "", "correlation_id": "corr.*"})


def test_one_operation_is_a_part_of_all(traffic: Traffic) -> None:
    panel = panel_of("service.json", "Top operations")
    operation = "POST /v1/tools/{tool}"
    # As Grafana writes a chosen value into a pattern: escaped for the pattern, and that for the string.
    chosen = {"service": "tool-service", "operation": re.sub(r"[][$^*{}'+?.()|]", r"\\\\\g<0>", operation)}
    rows = answer(traffic.asked, panel["targets"][0], chosen)
    assert [row["metric"]["span_name"] for row in rows] == [operation]
    assert not answer(traffic.asked, panel["targets"][0], {**chosen, "operation": "POST /v1/tools"})


def test_columns_of_a_table_belong_to_the_same_rows(traffic: Traffic) -> None:
    for title in ("Top operations", "Calls to others"):
        panel = panel_of("service.json", title)
        columns = [answer(traffic.asked, target, TROUBLED) for target in panel["targets"]]
        rows = [{row["metric"]["span_name"] for row in column} for column in columns]
        assert rows[0]
        assert all(names == rows[0] for names in rows)


def test_numbers_are_those_of_the_traffic(traffic: Traffic) -> None:
    count, failed, median, _ = panel_of("system-overview.json", "Traffic by service")["targets"]
    of_gateway = {
        name: next(
            float(row["value"][1])
            for row in answer(traffic.asked, target, {})
            if row["metric"]["service_name"] == "api-gateway"
        )
        for name, target in (("count", count), ("failed", failed), ("median", median))
    }
    sent = len(traffic.sent)
    # A counter that is new counts from its first sample on: up to one flush of the collector is missing.
    assert 0.4 * sent <= of_gateway["count"] <= 1.3 * sent
    assert of_gateway["failed"] == pytest.approx(sum(one.status_code >= 500 for one in traffic.sent) / sent, abs=0.15)
    durations = sorted(one.duration_ms / 1000 for one in traffic.sent)
    assert durations[0] / 3 < of_gateway["median"] < durations[-1]


def test_a_single_request_has_a_duration(stack: ByHand) -> None:
    # A series that begins with its first request has no second sample to compare with: Prometheus puts a zero before.
    service, start = f"only-once-{otlp.new_span_id()}", time.time()
    request = otlp.span(otlp.new_trace_id(), "GET /once", kind=2, start=time.time_ns(), ms=20)
    stack.send("traces", otlp.traces(service, request))
    (target,) = panel_of("service.json", "Duration, p95")["targets"]

    def duration() -> list[Any]:
        return answer(Asked(stack, start, time.time()), target, {"service": service, "operation": ".*"})

    (series,) = wait_until(duration, 30, what="the duration of a single request")
    assert 0.01 < float(series["values"][-1][1]) <= 0.025


def test_every_part_of_the_stack_is_shown(traffic: Traffic) -> None:
    (target,) = panel_of("system-overview.json", "The stack")["targets"]
    states = {row["metric"]["job"]: row["values"][-1][1] for row in answer(traffic.asked, target, {})}
    assert states.pop("grafana") == "0", "it does not run here"
    assert states == dict.fromkeys(("otel-collector", "jaeger", "loki", "prometheus", "alertmanager"), "1")


def test_services_and_operations_can_be_chosen(traffic: Traffic) -> None:
    service, operation = (variable["query"]["query"] for variable in BOARDS["service.json"]["templating"]["list"])
    services = _label_values(traffic.asked, service, {})
    assert {"api-gateway", "orchestrator", "data-router", "llm-service", "tool-service", "knowledge-base"} <= services
    assert _label_values(traffic.asked, operation, {"service": "orchestrator"}) == {"POST /v1/process"}


@EVERY
def test_links_lead_to_something(file: str, traffic: Traffic) -> None:
    asked = traffic.asked
    values = {**TROUBLED, **CLICKED, "__from": str(int(asked.start * 1000)), "__to": str(int(asked.end * 1000))}
    uids = {board["uid"] for board in BOARDS.values()}
    addresses = {interpolated(link["url"], values) for panel in panels(BOARDS[file]) for link in links(panel)}
    for address in addresses:
        if not address.startswith("/explore"):
            assert address.split("/")[2] in uids
            assert "var-" not in address or f"var-service={quote(TROUBLED['service'])}&" in address
            continue
        opened = pane(address)
        assert (opened.start, opened.end) == (values["__from"], values["__to"])
        for query in opened.queries:
            assert asked.query(opened.source, query, {}), address


@EVERY
def test_points_on_durations_lead_to_their_traces(file: str, traffic: Traffic) -> None:
    asked = traffic.asked
    for panel in panels(BOARDS[file]):
        for target in panel["targets"]:
            if not target.get("exemplar"):
                continue
            expr = interpolated(target["expr"], {"__rate_interval": "1m", **TROUBLED})
            period = {"start": asked.start, "end": asked.end}
            found = asked.get("prometheus", "/api/v1/query_exemplars", query=expr, **period)["data"]
            points = [point["labels"]["trace_id"] for series in found for point in series["exemplars"]]
            assert points, panel["title"]
            assert asked.trace("jaeger", points[-1])["traceID"] == points[-1]


def _label_values(asked: Asked, query: str, values: Mapping[str, str]) -> set[str]:
    found = re.fullmatch(r"label_values\((.+), (\w+)\)", interpolated(query, values))
    assert found
    period = {"start": asked.start, "end": asked.end}
    return set(asked.get("prometheus", f"/api/v1/label/{found[2]}/values", **{"match[]": found[1]}, **period)["data"])
