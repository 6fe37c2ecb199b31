"""A server of raw bytes on the loopback: what it answers, when, and whether it goes on after that."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Serving:
    """`answer` is sent once a request is here, `pause_s` later; then the connection ends, if it does. `asked` holds
    what came.
    """

    answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    pause_s: float = 0.0
    ends: bool = False
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        with connection, suppress(OSError):
            while request := connection.recv(65536):
                self.asked.append(request)
                time.sleep(self.pause_s)
                connection.sendall(self.answer)
                if self.ends:
                    return


@contextmanager
def serving(**how: object) -> Iterator[Serving]:
    """Answers until the block ends."""
    service = Serving(**how)  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        service.url = f"http://127.0.0.1:{listening.getsockname()[1]}/path?a=b c"
        threading.Thread(target=_accept, args=(listening, service), daemon=True).start()
        yield service
        listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, service: Serving) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=service.serve, args=(connection,), daemon=True).start()
