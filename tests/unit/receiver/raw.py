"""HTTP written by hand, for what no client library would send."""

from __future__ import annotations

import socket


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def receive_all(sock: socket.socket) -> bytes:
    """Everything until the other side closes."""
    received = b""
    while True:
        try:
            piece = sock.recv(65536)
        except ConnectionResetError:
            return received
        if not piece:
            return received
        received += piece


def exchange(port: int, sent: bytes) -> bytes:
    """Send, and read until the server closes the connection. Raises TimeoutError when it does not within 5 s."""
    with connect(port) as sock:
        sock.sendall(sent)
        return receive_all(sock)
