"""An inbox that keeps exports in a list and can be told to be full, failing, broken, selective or slow; and what tests
share.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from phoenix_dev.telemetry.inbox import Accepted, Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phoenix_dev.telemetry.inbox import ExportRequest

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}


class RecordingInbox:
    """Accepts by default. `held` are the exports that wait for the test to commit them while `mood` is "slow"."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.mood: Literal["willing", "full", "failing", "broken", "slow"] = "willing"
        self.outcome = Accepted(1)
        self.exports: list[ExportRequest] = []
        self.sizes: list[int] = []
        self.positions: dict[str, str] = {}
        self.held: list[Future[Accepted]] = []

    def submit(
        self, export: ExportRequest, size: int, positions: Mapping[str, str] = MappingProxyType({})
    ) -> Future[Accepted]:
        if self.mood == "full":
            raise Overloaded(2.5, "the queue is full")
        future: Future[Accepted] = Future()
        if self.mood == "failing":
            future.set_exception(Overloaded(7, "the disk is full"))
            return future
        if self.mood == "broken":
            future.set_exception(KeyError("no such column"))
            return future
        self.exports.append(export)
        self.sizes.append(size)
        self.positions.update(positions)
        if self.mood == "slow":
            self.held.append(future)
        else:
            future.set_result(self.outcome)
        return future

    def commit_held(self) -> None:
        held, self.held = self.held, []
        for future in held:
            future.set_result(self.outcome)


def byte_method(channel: Any, path: str) -> Any:
    """A gRPC method that sends and gives bytes as they are."""
    return channel.unary_unary(path)


def eventually(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until a condition holds, at most so long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.002)
