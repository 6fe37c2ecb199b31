"""A receiver as the engine runs it: uvicorn and grpc on one event loop, on free ports. In a thread, or by itself:
`python -m tests.unit.receiver.running FOLDER` keeps what it takes in a real store there, prints its ports, and ends
with its input.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path

import uvicorn

from phoenix_dev.receiver.connections import http_config
from phoenix_dev.receiver.grpc import GrpcServer
from phoenix_dev.receiver.http import otlp_http_app
from phoenix_dev.receiver.in_flight import Budget
from phoenix_dev.receiver.intake import Intake
from phoenix_dev.receiver.refusals import Refusals
from phoenix_dev.receiver.sockets import LOOPBACK, bind_loopback
from phoenix_dev.telemetry.writer import Writer

from .recording import RecordingInbox, eventually

MOST_BYTES_IN_FLIGHT = 20 * 1024 * 1024


#: What our own reader of log files shows.
READER_TOKEN = "known to our own reader only"


class Running(threading.Thread):
    """`inbox` is where exports go that `intake` takes."""

    def __init__(self, intake: Intake | None = None) -> None:
        super().__init__(name="receiver")
        self.inbox, self.refusals = RecordingInbox(), Refusals()
        self.sockets = bind_loopback(0)
        self.intake = intake or Intake(
            self.inbox, self.refusals, Budget(MOST_BYTES_IN_FLIGHT), reader_token=READER_TOKEN
        )
        self.server = uvicorn.Server(http_config(otlp_http_app(self.intake), self.intake.refusals, self.intake.doors))
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
        grpc_server = GrpcServer(self.intake)
        self.grpc_port = await grpc_server.start(LOOPBACK, 0)
        await self.server.serve(sockets=self.sockets)
        await grpc_server.stop(1)


def main(folder: Path) -> None:
    writer = Writer(folder / "telemetry.db")
    running = Running(Intake(writer, Refusals()))
    running.start()
    eventually(lambda: running.server.started)
    print(running.http_port, running.grpc_port, flush=True)
    sys.stdin.read()
    running.stop()
    writer.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
