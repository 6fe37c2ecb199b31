"""Listening sockets: the same port on each address, and nobody else's port taken by sharing it."""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Node resolves localhost to ::1 first, everyone else to 127.0.0.1.
LOOPBACK = ("127.0.0.1", "::1")
_TRIES = 20
_BACKLOG = 1024


def bind_loopback(port: int) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1 and, where the machine has IPv6, ::1, both on `port` (0: one free port for both).

    Raises OSError (EADDRINUSE) when either address has the port taken.
    """
    return bind(LOOPBACK, port)


def bind(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """A listening socket for each address (0: one free port for all). IPv6 addresses are left out where the machine
    has no IPv6.

    Raises OSError (EADDRINUSE) when any of them has the port taken.
    """
    for _ in range(_TRIES - 1):
        try:
            return _bind_all(hosts, port)
        except OSError as exc:
            # A port that is free on the first address may be taken on the next.
            if port or exc.errno != errno.EADDRINUSE:
                raise
    return _bind_all(hosts, port)


def _bind_all(hosts: Sequence[str], port: int) -> list[socket.socket]:
    bound: list[socket.socket] = []
    try:
        for host in hosts:
            sock = _listening(host, port)
            if sock is not None:
                bound.append(sock)
                port = port or sock.getsockname()[1]
    except BaseException:
        for sock in bound:
            sock.close()
        raise
    return bound


def _listening(host: str, port: int) -> socket.socket | None:
    """None where the machine lacks the address family or the IPv6 loopback address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock: socket.socket | None = None
    try:
        # asyncio switches Nagle's delay (40 ms an answer) off only where the protocol is given.
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            # On Windows the same option would let two programs have one port.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError as exc:
        if sock is not None:
            sock.close()
        if family == socket.AF_INET6 and exc.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            return None
        raise
    return sock
