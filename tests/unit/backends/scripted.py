"""A server that says byte for byte what a test wants, connection by connection."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PATIENCE_S = 10


@dataclass
class Scripted:
    """`asked` holds each request as it came, in order; `connections` counts those that were opened."""

    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0

    def play(self, listening: socket.socket, script: Sequence[Sequence[bytes]]) -> None:
        """Take a connection for each part of the script, answer its requests one after the other, and hang up."""
        for answers in script:
            connection, _ = listening.accept()
            self.connections += 1
            with connection:
                connection.settimeout(_PATIENCE_S)
                for answer in answers:
                    if request := _request(connection):
                        self.asked.append(request)
                        connection.sendall(answer)


@contextmanager
def scripted(*script: Sequence[bytes]) -> Iterator[Scripted]:
    """A server for as long as the block lasts; at its end the script must have been played to its end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(_PATIENCE_S)
        server = Scripted(f"http://127.0.0.1:{listening.getsockname()[1]}")
        player = threading.Thread(target=server.play, args=(listening, script))
        player.start()
        try:
            yield server
        finally:
            player.join()


def _request(connection: socket.socket) -> bytes:
    """The next request, with its body; empty when the other side has closed."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    fields = dict(line.split(b": ", 1) for line in head.lower().splitlines()[1:])
    while len(body) < int(fields.get(b"content-length", b"0")):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
