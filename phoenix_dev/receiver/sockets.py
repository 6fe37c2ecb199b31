"""Loopback sockets: the same port on 127.0.0.1 and ::1, and nobody else's port taken by sharing it."""

from __future__ import annotations

import errno
import os
import socket

_TRIES = 20
_BACKLOG = 1024


def bind_loopback(port: int) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1 and, where the machine has it, ::1, both on `port` (0: one free port for both).

    Node resolves localhost to ::1 first. Raises OSError (EADDRINUSE) when either address has the port taken.
    """
    for attempt in range(_TRIES):
        first = _listening(socket.AF_INET, "127.0.0.1", port)
        try:
            return [first, *_second(first.getsockname()[1])]
        except OSError as exc:
            first.close()
            if port or exc.errno != errno.EADDRINUSE or attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _second(port: int) -> list[socket.socket]:
    try:
        return [_listening(socket.AF_INET6, "::1", port)]
    except OSError as exc:
        if exc.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            return []
        raise


def _listening(family: int, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # On Windows the same option would let two programs have one port.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock
