"""Requests go out when they are due, whatever becomes of those before them, and each answer is told as it was."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.loading.sending import Sending
from phoenix_dev.model.exchange import Outgoing
from phoenix_dev.model.load import Attempt, LoadPlan
from tests.ports import free_port
from tests.unit.loading.serving import serving
from tests.waiting import least

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.load import Fired

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEADERS = (("traceparent", f"00-{TRACE}-{SPAN}-01"), ("x-word", "grüße"))
NOBODY = f"http://127.0.0.1:{free_port()}"


def send(
    url: str,
    *,
    rate: float = 50,
    duration_s: float = 0.1,
    timeout_s: float = 5.0,
    method: str = "POST",
    body: bytes = b"{}",
    tell: object = lambda _: None,
) -> Fired:
    plan = LoadPlan(rate, duration_s, "constant", 1)

    def make(_: int) -> Outgoing:
        return Outgoing(method, url, HEADERS, body)

    return Sending(url, method, plan, make, NOBODY, timeout_s, tell).run()  # type: ignore[arg-type]


def test_a_slow_answer_holds_up_no_other_request_and_is_in_its_latency() -> None:
    def behind_s() -> float:
        with serving(pause_s=0.3) as service:
            fired = send(service.url, rate=100, duration_s=0.2)
        assert (fired.planned, fired.answered) == (20, 20)
        assert service.connections == 20
        assert fired.latency is not None
        assert fired.latency.p50 >= 0.3
        return fired.behind_s

    assert least(behind_s, 0) == 0


def test_what_waits_for_a_connection_waits_from_when_it_was_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoenix_dev.loading.sending.MOST_CONNECTIONS", 1)
    with serving(pause_s=0.1) as service:
        fired = send(service.url, rate=100, duration_s=0.05)
    assert service.connections == 1
    assert fired.latency is not None
    assert fired.service is not None
    assert fired.latency.most >= 0.45, "five, one after the other"
    assert fired.service.most < fired.latency.most
    assert fired.behind_s > 0


def test_a_request_goes_out_as_it_was_typed() -> None:
    with serving() as service:
        send(service.url, duration_s=0.01)
        send(service.url, duration_s=0.01, method="GET", body=b"")
    posted, got = service.asked
    lines = posted.split(b"\r\n")
    assert lines[0] == b"POST /path?a=b%20c HTTP/1.1"
    assert {b"content-length: 2", f"traceparent: 00-{TRACE}-{SPAN}-01".encode(), "x-word: grüße".encode()} < set(lines)
    assert lines[-2:] == [b"", b"{}"]
    assert b"content-length" not in got


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"answer": b"HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"}, 503),
        ({"answer": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\n\r\n"}, 204),
        ({"answer": b"HTTP/1.0 200 OK\r\n\r\nuntil its end", "ends": True}, 200),
        ({"answer": b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx"}, 200),
    ],
)
def test_every_form_of_an_answer_is_one(how: dict[str, object], status: int) -> None:
    with serving(**how) as service:
        fired = send(service.url)
    assert dict(fired.statuses) == {status: 5}
    assert fired.failed == (5 if status == 503 else 0)


def test_the_head_is_all_of_an_answer_to_head() -> None:
    with serving(answer=b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n") as service:
        assert dict(send(service.url, method="HEAD", body=b"").statuses) == {200: 5}


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"answer": b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "ends": True}, "hung up"),
        ({"answer": b"", "ends": True}, "hung up"),
        ({"answer": b"\x15\x03\x01 no"}, "did not answer in HTTP"),
        ({"pause_s": 1.0}, "did not answer within 0.2 s"),
    ],
)
def test_why_there_is_no_answer_is_told(how: dict[str, object], why: str) -> None:
    with serving(**how) as service:
        fired = send(service.url, timeout_s=0.2 if "pause_s" in how else 30)
    (told,) = fired.unanswered
    assert why in told
    assert (fired.answered, fired.unanswered[told], len(fired.sent)) == (0, 5, 5)


def test_a_head_without_an_end_is_not_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoenix_dev.loading.connections._MOST_HEAD", 1000)
    for endless in (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1000, b"HTTP/1.1 100 Continue\r\n\r\n" * 50):
        with serving(answer=endless) as service:
            assert dict(send(service.url).unanswered) == {"sent a head without an end": 5}


def test_what_comes_unasked_is_no_answer_to_the_next_request() -> None:
    twice = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" + b"HTTP/1.1 500 Late\r\ncontent-length: 0\r\n\r\n"
    with serving(answer=twice) as service:
        assert dict(send(service.url).statuses) == {200: 5}
        assert service.connections == 5


def test_what_nobody_takes_never_went_out() -> None:
    fired = send(f"{NOBODY}/")
    (told,) = fired.unanswered
    assert told == "could not be reached: connection refused"
    assert (len(fired.attempts), fired.sent) == (5, ())


def test_of_an_interrupted_plan_there_is_what_was_done() -> None:
    def interrupt(attempts: Sequence[Attempt]) -> None:
        if attempts:
            os.kill(os.getpid(), signal.SIGINT)

    with serving() as service:
        fired = send(service.url, rate=20, duration_s=60, tell=interrupt)
    assert fired.interrupted
    assert 1 <= fired.answered < 1_200
    assert fired.planned == 1200
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_under_way_at_an_interrupt_is_not_waited_for() -> None:
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with serving(pause_s=2.0) as service:
        fired = send(service.url, duration_s=60)
    assert set(fired.unanswered) == {"was not waited for any longer"}
    assert max(one.done_s for one in fired.attempts) < 2


def test_its_own_spans_that_nobody_takes_are_told() -> None:
    with serving() as service:
        assert "Connection refused" in send(service.url).untold
