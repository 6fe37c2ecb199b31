"""Whatever is sent to a running receiver, it is answered, and never with an error of the receiver's own."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import grpc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.otlp.read_json import read_json
from phoenix_dev.receiver.signals import SIGNALS

from . import payloads
from .recording import JSON, PROTOBUF, byte_method
from .test_faults import mutated

if TYPE_CHECKING:
    import httpx

    from phoenix_dev.receiver.signals import Signal

    from .conftest import Receiver

JSON_BODIES = {
    "traces": payloads.otlp_json(payloads.traces(1)),
    "logs": payloads.otlp_json(payloads.logs(1)),
    "metrics": payloads.otlp_json(payloads.metrics()),
}
PIECES = st.sampled_from(
    [b"", b"{", b"}", b"[", b"]", b'"', b":", b",", b"-", b"1e9", b"null", b"NaN", b"\\ud800", b"\xff"]
)


@st.composite
def mutated_json(draw: st.DrawFn) -> tuple[Signal, bytes]:
    signal = draw(st.sampled_from(SIGNALS))
    body = JSON_BODIES[signal.name]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        body = body[:start] + draw(PIECES) + body[start + draw(st.integers(0, 12)) :]
    return signal, body


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_KEYS = st.sampled_from(["resourceSpans", "scopeSpans", "spans", "attributes", "value", "key", "arrayValue", "values"])
TREES = st.recursive(
    _SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(_KEYS, below, max_size=3), max_leaves=12
)


@settings(max_examples=500, deadline=None)
@given(mutated_json() | st.tuples(st.sampled_from(SIGNALS), st.binary(max_size=60)))
def test_any_json_is_read_or_refused(case: tuple[Signal, bytes]) -> None:
    _read_or_refused(*case)


@settings(max_examples=500, deadline=None)
@given(TREES)
def test_json_of_any_shape_is_read_or_refused(tree: Any) -> None:
    import json

    _read_or_refused(SIGNALS[0], json.dumps(tree).encode())


def _read_or_refused(signal: Signal, body: bytes) -> None:
    try:
        export = read_json(signal.request, body)
    except Malformed:
        return
    assert signal.request.FromString(export.SerializeToString()) is not None


OVER_SOCKETS = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@OVER_SOCKETS
@given(case=mutated(), packing=st.sampled_from(["plain", "gzip", "broken gzip"]))
def test_http_answers_mutated_protobuf(http: httpx.Client, case: tuple[Signal, bytes], packing: str) -> None:
    signal, body = case
    headers = dict(PROTOBUF)
    if packing != "plain":
        headers["content-encoding"] = "gzip"
        body = gzip.compress(body) if packing == "gzip" else body
    assert http.post(signal.path, content=body, headers=headers).status_code in (200, 400)


@OVER_SOCKETS
@given(case=mutated_json())
def test_http_answers_mutated_json(http: httpx.Client, case: tuple[Signal, bytes]) -> None:
    signal, body = case
    assert http.post(signal.path, content=body, headers=JSON).status_code in (200, 400)


PATHS = st.sampled_from(["/v1/traces", "/v1/logs", "/v1/metrics", "/v1", "/"])
TOKENS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(str.strip)


@OVER_SOCKETS
@given(path=PATHS, kind=TOKENS, coding=TOKENS, origin=TOKENS)
def test_http_answers_any_head(http: httpx.Client, path: str, kind: str, coding: str, origin: str) -> None:
    headers = {"content-type": kind, "content-encoding": coding, "origin": origin}
    assert http.post(path, content=b"x", headers=headers).status_code in (200, 400, 403, 404, 415)


@OVER_SOCKETS
@given(case=mutated())
def test_grpc_answers_mutated_protobuf(channel: grpc.Channel, case: tuple[Signal, bytes]) -> None:
    signal, body = case
    try:
        byte_method(channel, f"/{signal.service}/Export")(body, timeout=10)
    except grpc.RpcError as refused:
        error: Any = refused
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_it_still_serves_after_all_that(http: httpx.Client, receiver: Receiver) -> None:
    assert http.post("/v1/traces", content=payloads.traces().SerializeToString(), headers=PROTOBUF).status_code == 200
    assert receiver.inbox.exports == [payloads.traces()]
