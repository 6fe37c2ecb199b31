"""No secret reaches a store, however deep it lies; what stands beside it does."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import otlp
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.compose.by_hand import ByHand

SECRET = "Zq7hidden"
TOKEN = f"{SECRET}abcdefghijklmnopqrstuvwxyz0123456789"
#: What is sent as attributes; each holds SECRET, and `beside`.
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "by its name": {"password": SECRET, "note": "beside"},
    "in camel case": {"userApiKey": SECRET, "note": "beside"},
    "in a map": {"metadata": {"api_key": SECRET, "note": "beside"}},
    "in maps and lists": {"a": {"b": [{"client_secret": SECRET, "note": "beside"}]}},
    "a list under its name": {"headers": {"authorization": [SECRET], "x-note": ["beside"]}},
    "a bearer token in a list": {"headers": [f"Bearer {TOKEN}", "beside"]},
    "in a query": {"url.full": f"https://api.example/beside?api_key={SECRET}&page=2"},
    "in a connection string": {"db.url": f"postgres://beside:{SECRET}@db/orders"},
    "a JSON Web Token": {"note": f"beside eyJ{SECRET}.eyJ{SECRET}.{SECRET}"},
    "a key by its shape": {"note": f"beside sk-{TOKEN}"},
    "JSON in a text": {"note": json.dumps({"password": f"{SECRET} with spaces", "note": "beside"})},
    "an option in a list": {"process.command_args": ["run", f"--db-password={SECRET}", "beside"]},
    "JSON in JSON": {"note": json.dumps({"body": json.dumps({"access_token": SECRET, "note": "beside"})})},
}
#: What is sent as the body of a log.
BODIES: dict[str, Any] = {
    "a text": f"beside password={SECRET}",
    "a header": f"beside Authorization: Basic {SECRET}",
    "a JSON text": json.dumps({"authorization": f"Basic {SECRET}", "note": "beside"}),
    "a map": {"secret": SECRET, "note": "beside"},
    "a deep map": {"a": {"b": [{"cookie": [SECRET]}]}, "note": "beside"},
    "a map under its name": {"credentials": {"user": SECRET}, "note": "beside"},
    "a text in a map": {"note": f"beside Bearer {TOKEN}"},
}
HARMLESS = {
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.response.finish_reasons": ["stop", "length"],
    "numbers": [1, 2],
    "ratio": 1.5,
    "note": "the basics of bearer bonds and secret gardens",
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_in_attributes(stack: ByHand, case: str) -> None:
    trace_id, sent = otlp.new_trace_id(), ATTRIBUTES[case]
    span = otlp.span(trace_id, start=time.time_ns(), attributes=sent)
    event = span.events.add(time_unix_nano=time.time_ns(), name="exception")
    event.attributes.extend(otlp.pairs(sent))
    traces = otlp.traces("secrets", span)
    logs = otlp.logs("secrets", otlp.log("beside", trace_id=trace_id, time=time.time_ns(), **sent))
    for group in (traces.resource_spans[0], logs.resource_logs[0]):
        group.resource.attributes.extend(otlp.pairs({f"resource.{key}": value for key, value in sent.items()}))
    stack.send("traces", traces)
    stack.send("logs", logs)
    expect(stack, trace_id, beside=3)


@pytest.mark.parametrize("case", BODIES)
def test_in_the_body_of_a_log(stack: ByHand, case: str) -> None:
    trace_id = otlp.new_trace_id()
    stack.send("logs", otlp.logs("secrets", otlp.log(BODIES[case], trace_id=trace_id, time=time.time_ns())))
    found = json.dumps(wait_until(lambda: logs_of(stack, trace_id)))
    assert SECRET not in found
    assert "beside" in found


def test_in_the_name_of_a_span_and_in_its_status(stack: ByHand) -> None:
    trace_id, url = otlp.new_trace_id(), f"GET /beside?token=1&api_key={SECRET}"
    stack.send("traces", otlp.traces("secrets", otlp.span(trace_id, url, start=time.time_ns(), error=f"{url} failed")))
    found = json.dumps(wait_until(lambda: stack.trace(trace_id)))
    assert SECRET not in found
    assert found.count("beside") == 2


def test_what_only_sounds_like_one_is_left_alone(stack: ByHand) -> None:
    trace_id = otlp.new_trace_id()
    stack.send("traces", otlp.traces("secrets", otlp.span(trace_id, start=time.time_ns(), attributes=HARMLESS)))
    (group,) = wait_until(lambda: stack.trace(trace_id))
    pairs = group["scopeSpans"][0]["spans"][0]["attributes"]
    assert {pair["key"]: pair["value"] for pair in pairs} == {
        "gen_ai.usage.input_tokens": {"intValue": "12"},
        "gen_ai.response.finish_reasons": {"stringValue": '["stop","length"]'},
        "numbers": {"stringValue": "[1,2]"},
        "ratio": {"doubleValue": 1.5},
        "note": {"stringValue": "the basics of bearer bonds and secret gardens"},
    }


def expect(stack: ByHand, trace_id: str, *, beside: int) -> None:
    spans = json.dumps(wait_until(lambda: stack.trace(trace_id)))
    records = json.dumps(wait_until(lambda: logs_of(stack, trace_id)))
    for found in (spans, records):
        assert SECRET not in found
        assert found.count("beside") >= beside


def logs_of(stack: ByHand, trace_id: str) -> list[dict[str, Any]]:
    return stack.logs(f'{{service_name="secrets"}} | trace_id="{trace_id}"')
