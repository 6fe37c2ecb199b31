from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
import httpx
import pytest

from .recording import RecordingInbox, eventually
from .running import Running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.refusal import Refusal
    from phoenix_dev.receiver.refusals import Refusals


@dataclass
class Receiver:
    """A running receiver, as one test sees it."""

    inbox: RecordingInbox
    refusals: Refusals
    http_port: int
    grpc_port: int
    since_ns: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def refused(self) -> list[Refusal]:
        """What was refused since the test began."""
        return [refusal for refusal in self.refusals.snapshot() if refusal.last_ns >= self.since_ns]


@pytest.fixture(scope="session")
def running_receiver() -> Iterator[Running]:
    running = Running()
    running.start()
    eventually(lambda: running.server.started)
    yield running
    running.stop()


@pytest.fixture
def receiver(running_receiver: Running) -> Receiver:
    running_receiver.inbox.reset()
    port = running_receiver.http_port
    return Receiver(running_receiver.inbox, running_receiver.refusals, port, running_receiver.grpc_port, time.time_ns())


@pytest.fixture
def http(receiver: Receiver) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=receiver.url, timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
def channel(receiver: Receiver) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(
        f"127.0.0.1:{receiver.grpc_port}", options=[("grpc.max_send_message_length", -1)]
    ) as channel:
        yield channel
