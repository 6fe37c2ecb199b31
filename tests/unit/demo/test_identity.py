from __future__ import annotations

import pytest
from opentelemetry import trace
from opentelemetry.context import attach, detach

from phoenix_dev.demo.identity import accept, outgoing_headers, request_ids_of
from phoenix_dev.demo.spans import answered_by

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_ids_are_created_where_absent_and_differ_from_request_to_request() -> None:
    first, second = (request_ids_of(accept({})) for _ in range(2))
    assert first["correlation_id"].startswith("corr-")
    assert first["request_id"].startswith("req-")
    assert not set(first.values()) & set(second.values())


def test_a_header_wins_over_the_baggage_and_the_baggage_over_nothing() -> None:
    baggage = {"baggage": "correlation_id=from-baggage,request_id=r%2F1"}
    assert request_ids_of(accept(baggage)) == {"correlation_id": "from-baggage", "request_id": "r/1"}
    assert request_ids_of(accept({**baggage, "x-correlation-id": "header"}))["correlation_id"] == "header"


@pytest.mark.parametrize("hostile", ["", "a b", "x" * 129, "a\x1b[31m", "ü", "a,b=c;d", '"'])
def test_an_id_that_would_not_pass_unharmed_is_replaced(hostile: str) -> None:
    assert request_ids_of(accept({"x-request-id": hostile}))["request_id"].startswith("req-")


def test_what_comes_in_goes_out() -> None:
    token = attach(accept({"traceparent": PARENT, "baggage": "tenant=a", "x-correlation-id": "c", "x-request-id": "r"}))
    try:
        headers = outgoing_headers()
        assert headers["traceparent"] == PARENT
        assert set(headers["baggage"].split(",")) == {"tenant=a", "correlation_id=c", "request_id=r"}
        assert (headers["x-correlation-id"], headers["x-request-id"]) == ("c", "r")
    finally:
        detach(token)


def test_a_hop_that_forgets_its_context_still_forwards_the_two_id_headers() -> None:
    token = attach(accept({"traceparent": PARENT, "x-correlation-id": "c", "x-request-id": "r"}))
    try:
        assert outgoing_headers(forget_context=True) == {"x-correlation-id": "c", "x-request-id": "r"}
    finally:
        detach(token)


def test_a_response_names_the_span_that_answered() -> None:
    context = answered_by(PARENT)
    assert context is not None
    assert trace.format_trace_id(context.trace_id) == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("header", ["", "00-1-2-01", PARENT.replace("4", "g"), PARENT + "-x"])
def test_a_malformed_response_header_names_nothing(header: str) -> None:
    assert answered_by(header) is None
