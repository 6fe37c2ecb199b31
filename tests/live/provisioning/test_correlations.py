"""From each signal to the others: every link of the data sources and of Jaeger is followed to its end."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from tests.grafana import ROOT, interpolated, pane

if TYPE_CHECKING:
    from tests.live.provisioning.conftest import Traffic

LINK_PATTERNS = json.loads((ROOT / "compose" / "jaeger" / "ui.json").read_text("utf-8"))["linkPatterns"]


@pytest.mark.parametrize(
    ("uid", "path"),
    [
        ("prometheus", "/api/v1/status/buildinfo"),
        ("loki", "/loki/api/v1/labels"),
        ("jaeger", "/api/services"),
        ("jaeger-errors", "/api/services"),
        ("alertmanager", "/api/v2/status"),
    ],
)
def test_every_data_source_answers(uid: str, path: str, traffic: Traffic) -> None:
    assert isinstance(traffic.asked.get(uid, path), dict)


def test_a_trace_leads_to_its_logs_and_to_no_others(traffic: Traffic) -> None:
    span = _failed_span(traffic)
    led = traffic.asked.sources["jaeger"]["jsonData"]["tracesToLogsV2"]
    expr = interpolated(led["query"], {"__span.traceId": span["traceID"]})
    start, end = _around(span, led)
    found = traffic.asked.logs(expr, start, end)
    told = {record["service_name"] for record in found}
    assert {record["trace_id"] for record in found} == {span["traceID"]}
    assert len(found) == traffic.failed.truth.logs.total()
    assert "orchestrator" in told


def test_a_trace_leads_to_the_metrics_of_its_operations(traffic: Traffic) -> None:
    span = _failed_span(traffic)
    asked, led = traffic.asked, traffic.asked.sources["jaeger"]["jsonData"]["tracesToMetrics"]
    start, end = _around(span, led)
    for query in led["queries"]:
        expr = interpolated(query["query"], {"__span.name": span["operationName"]})
        period = {"start": start, "end": min(end, asked.end), "step": 5}
        found = asked.get("prometheus", "/api/v1/query_range", query=expr, **period)["data"]["result"]
        # Who asks names its span as who answers does: both are shown, told apart by service and kind.
        shown = {(series["metric"]["service_name"], series["metric"]["span_kind"]) for series in found}
        assert shown == {("orchestrator", "SPAN_KIND_SERVER"), ("api-gateway", "SPAN_KIND_CLIENT")}, query["name"]


def test_a_span_with_quotes_in_its_name_still_makes_a_query(traffic: Traffic) -> None:
    for query in traffic.asked.sources["jaeger"]["jsonData"]["tracesToMetrics"]["queries"]:
        expr = interpolated(query["query"], {"__span.name": 'GET "x"} or up{a="'})
        answer = traffic.asked.get("prometheus", "/api/v1/query", query=expr)
        assert answer["data"]["result"] == []


def test_a_log_leads_to_its_trace_and_to_all_of_its_request(traffic: Traffic) -> None:
    asked, one = traffic.asked, traffic.failed
    record = asked.logs(f'{{service_name="orchestrator"}} | trace_id="{one.trace_id}"', asked.start, asked.end)[0]
    followed = {}
    for field in asked.sources["loki"]["jsonData"]["derivedFields"]:
        assert field["matcherType"] == "label"
        key = next(key for key in record if re.search(field["matcherRegex"], key))
        followed[field["name"]] = key
        address = interpolated(field["url"], {"__value.raw": record[key]})
        match field.get("datasourceUid"):
            case "jaeger":
                assert asked.trace("jaeger", address)["traceID"] == one.trace_id
            case "loki":
                found = asked.logs(address, asked.start, asked.end)
                assert {other[key] for other in found} == {record[key]}
                assert {"api-gateway", "orchestrator"} <= {other["service_name"] for other in found}
            case None:
                _is_jaegers_page(address, one.trace_id, traffic)
    assert followed == {
        "Trace": "trace_id",
        "Trace in Jaeger": "trace_id",
        "Correlation ID": "correlation_id",
        "Request ID": "request_id",
    }


def test_a_field_that_only_sounds_like_a_trace_id_is_none(traffic: Traffic) -> None:
    fields = traffic.asked.sources["loki"]["jsonData"]["derivedFields"]
    for name in ("parent_trace_id", "trace_id_of_parent", "x_correlation_id", "metadata_request_id"):
        assert not [field["name"] for field in fields if re.search(field["matcherRegex"], name)]


def test_a_point_of_a_metric_leads_to_its_trace(traffic: Traffic) -> None:
    asked = traffic.asked
    query = 'traces_span_metrics_duration_seconds_bucket{service_name="orchestrator", span_kind="SPAN_KIND_SERVER"}'
    found = asked.get("prometheus", "/api/v1/query_exemplars", query=query, start=asked.start, end=asked.end)["data"]
    labels = found[0]["exemplars"][0]["labels"]
    for destination in asked.sources["prometheus"]["jsonData"]["exemplarTraceIdDestinations"]:
        trace_id = labels[destination["name"]]
        if "datasourceUid" in destination:
            assert asked.trace(destination["datasourceUid"], trace_id)["traceID"] == trace_id
        else:
            _is_jaegers_page(interpolated(destination["url"], {"__value.raw": trace_id}), trace_id, traffic)


@pytest.mark.parametrize("pattern", [pytest.param(each, id=each["text"]) for each in LINK_PATTERNS])
def test_jaegers_links_lead_to_the_logs(pattern: dict[str, str], traffic: Traffic) -> None:
    one = traffic.failed
    values = {"traceID": one.trace_id, "correlation_id": one.correlation_id, "request_id": one.request_id}
    # Jaeger encodes what it puts in, and nothing else.
    url = re.sub(r"#\{(\w+)\}", lambda found: quote(values[found[1]], safe=""), pattern["url"])
    assert url.startswith("http://127.0.0.1:3000/explore?")
    opened = pane(url)
    assert opened.source in traffic.asked.sources
    for query in opened.queries:
        found = traffic.asked.logs(query["expr"], traffic.asked.start, traffic.asked.end)
        key = {"traces": "trace_id"}.get(pattern["type"], pattern.get("key", ""))
        assert {record[key] for record in found} == {values[{"trace_id": "traceID"}.get(key, key)]}


def _failed_span(traffic: Traffic) -> dict[str, Any]:
    """The orchestrator's span of the request that failed."""
    trace = traffic.asked.trace("jaeger", traffic.failed.trace_id)
    of_service = {key for key, process in trace["processes"].items() if process["serviceName"] == "orchestrator"}
    return next(
        dict(span)
        for span in trace["spans"]
        if span["processID"] in of_service and span["operationName"] == "POST /v1/process"
    )


def _around(span: dict[str, Any], led: dict[str, str]) -> tuple[float, float]:
    """The period that Grafana asks about: the span's, moved by as many minutes as the link says."""
    first, last = (int(led[key].removesuffix("m")) * 60 for key in ("spanStartTimeShift", "spanEndTimeShift"))
    return span["startTime"] / 1e6 + first, (span["startTime"] + span["duration"]) / 1e6 + last


def _is_jaegers_page(address: str, trace_id: str, traffic: Traffic) -> None:
    page = urlsplit(address)
    assert (page.hostname, page.port) == ("127.0.0.1", traffic.asked.stack.ports["JAEGER"])
    assert page.path == f"/trace/{trace_id}"
    assert traffic.asked.stack.http.get(address).status_code == 200
