"""Starts service processes that belong to nobody, on ports that are theirs before they run."""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import TYPE_CHECKING

from phoenix_dev.processes.environment import command_of, environment_with

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: The variable that tells a service process what it is part of.
SPECIFICATION = "PHOENIX_DEMO_SPECIFICATION"
_LOOPBACK = "127.0.0.1"


def listen(port: int = 0) -> socket.socket:
    """A listening socket on a port of the loopback, by default a free one. Raises OSError when it is taken.

    Clients may connect at once: they wait until the service takes over.
    """
    listening = socket.create_server((_LOOPBACK, port), backlog=128)
    listening.set_inheritable(False)
    return listening


def reserve() -> socket.socket:
    """A free port, held so that nobody else gets it while gRPC, which shares ports (SO_REUSEPORT), still can."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind((_LOOPBACK, 0))
    return held


def spawn(
    service: str,
    listening: socket.socket,
    log: Path,
    variables: Mapping[str, str],
    specification: Mapping[str, object],
) -> int:
    """Start one service in the background and return its process ID; it runs with the OpenTelemetry `variables`.

    posix_spawn rather than subprocess: what is started here is meant to outlive this process, and subprocess insists on
    waiting for it.
    """
    environment = _environment(variables)
    descriptor = listening.fileno()
    environment[SPECIFICATION] = json.dumps({**specification, "listening": descriptor})
    listening.set_inheritable(True)
    try:
        return os.posix_spawn(
            sys.executable,
            command_of("phoenix_dev.demo", service, "--run", str(specification["run"])),
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )
    finally:
        listening.set_inheritable(False)


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    # What the user's shell says to OpenTelemetry SDKs is meant for the user's services: it could switch these off.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    local = ",".join(
        filter(None, (os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "127.0.0.1,localhost,::1"))
    )
    return environment_with(
        {
            **kept,
            **variables,
            # One export holds what a burst of requests leaves behind; a full queue would drop spans without a word.
            "OTEL_BSP_MAX_QUEUE_SIZE": "65536",
            "OTEL_BLRP_MAX_QUEUE_SIZE": "65536",
            "NO_PROXY": local,
            "no_proxy": local,
        }
    )
