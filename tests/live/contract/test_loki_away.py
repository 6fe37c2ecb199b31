"""Following the logs over a time in which Loki is not there: no line is lost and none comes twice."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.stores.logs import LogFilter
from tests import otlp
from tests.waiting import wait_until

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from tests.live.compose.by_hand import ByHand


class Following:
    """What a follower that waits and asks again has seen of one service."""

    def __init__(self, stores: Stores, service: str) -> None:
        self._logs = stores.logs
        self._service = service
        self._cursor = self._logs.search(LogFilter(), 0).cursor
        self.interruptions = 0
        self.seen: Counter[str] = Counter()

    def poll(self) -> Counter[str]:
        """Once more."""
        time.sleep(self._logs.capabilities.poll_seconds)
        try:
            tail = self._logs.tail(self._cursor)
        except NotReady:
            self.interruptions += 1
        else:
            self._cursor = tail.cursor
            self.seen.update(record.message for record in tail.records if record.service == self._service)
        return self.seen


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_follower_sees_each_line_once_over_a_time_without_loki(stack: ByHand, stores: Stores, how: str) -> None:
    service = f"followed-{otlp.new_span_id()}"
    expected: Counter[str] = Counter()

    def send(text: str) -> None:
        for n in range(20):
            stack.send("logs", otlp.logs(service, otlp.log(f"{text} {n}", time=time.time_ns())))
            expected[f"{text} {n}"] += 1

    following = Following(stores, service)
    send("before")
    wait_until(lambda: following.poll() == expected, 30, what="what was sent before")
    stack.compose(how, "loki")
    send("during")
    for _ in range(3):
        following.poll()
    assert following.interruptions >= 3
    stack.compose("start", "loki")
    send("after")
    wait_until(lambda: following.poll() == expected, 60, what="what was held back")
    for _ in range(8):
        assert following.poll() == expected
