"""What was counted, held to what was sent: every way in which the two may differ is told."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.model.load import Attempt, Entry, Fired, LoadPlan
from phoenix_dev.model.series import Series
from phoenix_dev.usecases.load_comparison import compare
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.model.exchange import Expectation
    from phoenix_dev.stores import Stores

ENTRY = Entry("shop", "GET /")
BEGAN = time.time_ns() - 10 * otlp.SECOND
#: How long each request took where it was answered (milliseconds): the last is the 95th percentile of 20.
TOOK_MS = [*range(20, 38), 80, 90]


@dataclass(frozen=True)
class Counting:
    """The metrics of a stack that has counted so many requests and errors, and durations below each bound."""

    requests: int = 20
    errors: int = 2
    below: tuple[tuple[str, int], ...] = (("0.05", 18), ("0.1", 20), ("0.25", 20), ("+Inf", 20))

    def query(self, expression: str, at_ns: int) -> tuple[Series, ...]:
        name, at = expression.partition("{")[0], BEGAN + otlp.SECOND
        if name.endswith("_bucket"):
            return tuple(Series({"le": bound}, ((at, float(count)),)) for bound, count in self.below)
        return (
            Series({"status_code": "STATUS_CODE_UNSET"}, ((at, self.requests - self.errors + 0.0),)),
            Series({"status_code": "STATUS_CODE_ERROR"}, ((at, self.errors + 0.0),)),
        )


@pytest.fixture
def fired(send: Callable[..., None]) -> Fired:
    """Twenty requests, two of them answered 503, and the spans of who answered."""
    attempts = []
    for number, took in enumerate(TOOK_MS):
        trace_id, span_id, status = otlp.new_trace_id(), otlp.new_span_id(), 503 if number < 2 else 200
        send(otlp.traces("shop", otlp.span(trace_id, "GET /", parent=span_id, start=BEGAN, ms=took, kind=2)))
        attempts.append(Attempt(number / 10, number / 10, number / 10 + 2 * took / 1000, status, trace_id, span_id))
    return Fired("GET", "http://shop/", LoadPlan(10, 2, "constant", 1), 20, tuple(attempts), BEGAN)


def compared(stores: Stores, fired: Fired, **counted: Any) -> list[Expectation]:
    metrics: Any = Counting(**counted)
    return list(compare(replace(stores, metrics=metrics), ENTRY, fired, wait_s=0.1))


def test_what_was_counted_is_what_was_sent(stores: Stores, fired: Fired) -> None:
    found = compared(stores, fired)
    assert all(one.met for one in found)
    assert [one.expected for one in found] == [
        "20 requests counted",
        "2 errors counted",
        "20 traces kept",
        "p95 of 80 ms by its spans",
    ]
    assert found[3].found == "75 ms by the histogram, in its bucket 50 ms to 100 ms"


@pytest.mark.parametrize(
    ("counted", "wrong"),
    [
        ({"requests": 19}, "20 requests counted"),
        ({"requests": 21}, "20 requests counted"),
        ({"errors": 3}, "2 errors counted"),
        ({"below": (("0.01", 20), ("0.05", 20), ("0.1", 20), ("+Inf", 20))}, "p95 of 80 ms by its spans"),
        ({"below": ()}, "p95 of 80 ms by its spans"),
    ],
)
def test_what_differs_is_told(stores: Stores, fired: Fired, counted: dict[str, Any], wrong: str) -> None:
    assert [one.expected for one in compared(stores, fired, **counted) if not one.met] == [wrong]


def test_a_quantile_in_the_next_bucket_is_near_enough(stores: Stores, fired: Fired) -> None:
    (_, _, _, p95) = compared(stores, fired, below=(("0.05", 20), ("0.1", 20), ("+Inf", 20)))
    assert p95.met
    assert p95.found == "47.5 ms by the histogram, in its bucket up to 50 ms, 1 bucket away"


def test_a_request_without_an_answer_may_have_been_counted_or_not(stores: Stores, fired: Fired) -> None:
    lost = replace(fired.attempts[5], status=0, broken="hung up before it had answered")
    fired = replace(fired, attempts=(*fired.attempts[:5], lost, *fired.attempts[6:]))
    for requests, errors in ((19, 2), (20, 2), (20, 3)):
        told = compared(stores, fired, requests=requests, errors=errors)
        assert [one.expected for one in told if not one.met] == []
        assert (told[0].expected, told[1].expected) == ("19 to 20 requests counted", "2 to 3 errors counted")
    assert not compared(stores, fired, requests=18)[0].met


def test_a_trace_that_is_missing_is_told(stores: Stores, fired: Fired) -> None:
    gone = replace(fired.attempts[3], trace_id=otlp.new_trace_id())
    fired = replace(fired, attempts=(*fired.attempts[:3], gone, *fired.attempts[4:]))
    (_, _, kept, _) = compared(stores, fired)
    assert (kept.met, kept.expected, kept.found) == (False, "20 traces kept", "19 with the span of shop")


def test_where_traces_are_sampled_the_quantile_is_held_to_what_was_measured_here(
    stores: Stores, fired: Fired, monkeypatch: pytest.MonkeyPatch
) -> None:
    capabilities = replace(stores.traces.capabilities, unsampled=False)
    monkeypatch.setattr(type(stores.traces), "capabilities", capabilities)
    *_, p95 = compared(stores, fired)
    assert (p95.met, p95.expected) == (True, "p95 of 160 ms by what was measured here")
