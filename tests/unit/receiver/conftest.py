from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
import httpx
import pytest
import uvicorn

from phoenix_dev.receiver.connections import http_config
from phoenix_dev.receiver.grpc import GrpcServer
from phoenix_dev.receiver.http import otlp_http_app
from phoenix_dev.receiver.refusals import Refusals
from phoenix_dev.receiver.sockets import LOOPBACK, bind_loopback

from .recording import RecordingInbox, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.refusal import Refusal

MOST_BYTES_IN_FLIGHT = 20 * 1024 * 1024


@dataclass
class Receiver:
    """A receiver as the engine runs it: uvicorn and grpc on one event loop, on free ports."""

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


class Running(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="receiver")
        self.inbox, self.refusals = RecordingInbox(), Refusals()
        self.sockets = bind_loopback(0)
        app = otlp_http_app(self.inbox, self.refusals, most_bytes_in_flight=MOST_BYTES_IN_FLIGHT)
        self.server = uvicorn.Server(http_config(app))
        self.grpc_port = 0

    @property
    def http_port(self) -> int:
        port: int = self.sockets[0].getsockname()[1]
        return port

    def stop(self) -> None:
        self.server.should_exit = True
        self.join(10)
        assert not self.is_alive()

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        grpc_server = GrpcServer(self.inbox, self.refusals, most_bytes_in_flight=MOST_BYTES_IN_FLIGHT)
        self.grpc_port = await grpc_server.start(LOOPBACK, 0)
        await self.server.serve(sockets=self.sockets)
        await grpc_server.stop(1)


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
