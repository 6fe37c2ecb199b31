"""From an ID to the whole request, over the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.errors import NotFound
from phoenix_dev.usecases.find_request import find_request
from tests import otlp

if TYPE_CHECKING:
    from tests.contract.keeping import Kept


@pytest.fixture
def request_ids(kept: Kept) -> dict[str, str]:
    """A request of two services and two traces, one of which only a log ties to it; and the ID of each kind."""
    first, second, silent, logged = (*(otlp.new_trace_id() for _ in range(2)), otlp.new_span_id(), otlp.new_span_id())
    ids: dict[str, Any] = {"correlation_id": kept.own("c"), "request_id": kept.own("r")}
    kept.send(
        otlp.traces(kept.own("web"), otlp.span(first, span_id=silent, start=kept.now, attributes=ids)),
        otlp.traces(kept.own("llm"), otlp.span(second, span_id=logged, start=kept.now + 1)),
        otlp.logs(kept.own("llm"), otlp.log("tied", trace_id=second, span_id=logged, time=kept.now + 2, **ids)),
        otlp.logs(kept.own("web"), otlp.log("loose", time=kept.now + 3, **ids)),
    )
    return {"first": first, "second": second, "silent": silent, "logged": logged}


@pytest.mark.parametrize(("name", "kind"), [("c", "correlation"), ("r", "request")])
def test_an_id_leads_to_every_trace_and_log_that_bears_it(
    kept: Kept, request_ids: dict[str, str], name: str, kind: str
) -> None:
    found = find_request(kept.stores, kept.own(name))
    assert found.kind == kind
    assert [trace.trace_id for trace in found.traces] == [request_ids["first"], request_ids["second"]]
    assert [record.message for record in found.all_logs] == ["tied", "loose"]


def test_a_trace_id_leads_to_its_trace_with_its_logs(kept: Kept, request_ids: dict[str, str]) -> None:
    (trace,) = find_request(kept.stores, f"00-{request_ids['second']}-{request_ids['logged']}-01").traces
    assert ([span.span_id for span in trace.spans], [record.message for record in trace.logs]) == (
        [request_ids["logged"]],
        ["tied"],
    )


def test_a_span_id_leads_to_its_trace_if_the_span_logged_and_else_it_is_said_why_not(
    kept: Kept, request_ids: dict[str, str]
) -> None:
    (trace,) = find_request(kept.stores, request_ids["logged"]).traces
    assert trace.trace_id == request_ids["second"]
    with pytest.raises(NotFound, match="a span is found by its own ID only if it logged"):
        find_request(kept.stores, request_ids["silent"])
