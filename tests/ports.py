"""Ports that tests may have without getting into each other's way."""

from __future__ import annotations

import random

from phoenix_dev.receiver.sockets import bind_loopback

#: Below those that the system gives to whoever connects: while nobody listens on one of these, a connection may get it
#: and then connects to itself.
_FIRST, _LAST = 20_000, 32_000


def own_ports() -> dict[str, str]:
    """Variables that name free ports for an engine: none that a sender of another test may still send to."""
    return {f"PHOENIX_DEV_PORTS_{name}": str(free_port()) for name in ("OTLP_GRPC", "OTLP_HTTP", "UI")}


def free_port() -> int:
    """A port that is free on both loopback addresses, with free ones above it in all likelihood."""
    while True:
        port = random.SystemRandom().randint(_FIRST, _LAST)
        try:
            sockets = bind_loopback(port)
        except OSError:
            continue
        for sock in sockets:
            sock.close()
        return port
