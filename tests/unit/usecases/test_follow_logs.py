"""Following: what is there now, then each line once, whatever arrives when."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases.follow_logs import follow_logs
from phoenix_dev.usecases.read_logs import LogSelection
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phoenix_dev.stores import Stores
    from phoenix_dev.usecases.read_logs import Logs

    Send = Callable[..., None]

A, B = "a" * 32, "b" * 32


def following(
    stores: Stores, request: str = "", limit: int | None = None, say: Callable[[str], object] = str, **keep: Any
) -> Iterator[Logs]:
    return follow_logs(stores, LogSelection(LogFilter(**keep), limit, request), say)


def messages(batch: Logs) -> list[str]:
    return [record.message for record in batch.records]


def line(message: str, trace_id: str = A, **attributes: Any) -> Any:
    return otlp.logs("a", otlp.log(message, trace_id=trace_id, **attributes))


@pytest.mark.parametrize("request_id", ["", A])
def test_the_limit_is_for_what_was_there_before(send: Send, stores: Stores, request_id: str) -> None:
    send(*(line(str(number)) for number in range(10)))
    follow = following(stores, request_id, limit=3)
    first = next(follow)
    assert (messages(first), first.truncated) == (["7", "8", "9"], True)
    send(*(line(str(number)) for number in range(10, 30)))
    shown: list[str] = []
    while len(shown) < 20:
        batch = next(follow)
        assert not batch.truncated
        shown += messages(batch)
    assert shown == [str(number) for number in range(10, 30)]


@pytest.mark.parametrize("request_id", ["", A])
def test_nothing_is_lost_or_repeated_while_lines_arrive_without_pause(
    send: Send, stores: Stores, request_id: str
) -> None:
    def pour() -> None:
        for number in range(300):
            send(line(str(number)), line("foreign", trace_id=B) if request_id else otlp.logs("a"))

    send(line("before"))
    follow = following(stores, request_id)
    pouring = threading.Thread(target=pour)
    pouring.start()
    shown: list[str] = []
    while len(shown) < 301:
        shown += messages(next(follow))
    pouring.join()
    assert sorted(shown) == sorted(["before", *map(str, range(300))])


def test_lines_of_a_trace_that_turns_out_late_to_bear_the_id_are_shown(send: Send, stores: Stores) -> None:
    send(line("of another", trace_id=B, correlation_id="other"))
    follow = following(stores, "wanted")
    assert messages(next(follow)) == []
    send(line("came first"))
    send(otlp.traces("a", otlp.span(A, attributes={"correlation_id": "wanted"})))
    assert messages(next(follow)) == ["came first"]
    send(line("came after"))
    assert messages(next(follow)) == ["came after"]
    send(line("loose", trace_id="", correlation_id="wanted"))
    assert messages(next(follow)) == ["loose"]
    send(line("second trace", trace_id=B, correlation_id="wanted"))
    assert messages(next(follow)) == ["of another", "second trace"]


def test_an_id_that_nothing_bears_yet_is_told_once(send: Send, stores: Stores) -> None:
    send(line("foreign", trace_id=B))
    said: list[str] = []
    follow = following(stores, "wanted", say=said.append)
    assert messages(next(follow)) == []
    assert said == [
        "No span and no log bears the ID 'wanted': not arrived, not sampled, or not sent here; waiting for it"
    ]
    send(line("foreign again", trace_id=B))
    send(line("there", correlation_id="wanted"))
    assert messages(next(follow)) == ["there"]
    assert len(said) == 1


def test_what_is_there_is_not_waited_for(send: Send, stores: Stores) -> None:
    send(line("there"))
    said: list[str] = []
    for wanted in ("", A):
        next(following(stores, wanted, say=said.append))
    assert said == []


def test_equal_lines_are_as_many_as_were_sent(send: Send, stores: Stores) -> None:
    send(line("same"), line("same"))
    follow = following(stores, A)
    assert messages(next(follow)) == ["same", "same"]
    send(line("same"))
    assert messages(next(follow)) == ["same"]


def test_what_does_not_pass_is_not_shown(send: Send, stores: Stores) -> None:
    send(line("quiet"))
    follow = following(stores, A, min_severity=13)
    assert messages(next(follow)) == []
    send(line("quiet again"), line("loud", severity=17))
    assert messages(next(follow)) == ["loud"]


def test_a_store_that_cannot_be_read_at_first_is_said_at_once(stores: Stores) -> None:
    with pytest.raises(NotReady, match="there is no telemetry yet"):
        next(following(stores))
