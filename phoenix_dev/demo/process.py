"""The life of one service process: takes over its socket, serves until told to end, sends what it still holds."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from pathlib import Path
from threading import Thread
from typing import Any

from phoenix_dev.demo.application import Application
from phoenix_dev.demo.health import Health
from phoenix_dev.demo.instruments import observe_process
from phoenix_dev.demo.journal import JsonLines, catch_library_logs, stdout
from phoenix_dev.demo.launch import SPECIFICATION
from phoenix_dev.demo.peers import Peers
from phoenix_dev.demo.providers import Telemetry
from phoenix_dev.demo.server import HttpServer
from phoenix_dev.demo.services import Parts, Surroundings, build
from phoenix_dev.demo.standing import StandingFaults
from phoenix_dev.demo.tally import Tally

#: Seconds that requests in work may take, and that the last export may take, once the process was told to end.
_DRAIN = 1.0
_LAST_EXPORT = 3.0


def main(service: str) -> None:
    """Run a service until SIGTERM. What to serve on and whom to call stands in the environment."""
    os.setsid()
    signals = {signal.SIGTERM, signal.SIGINT}
    # Blocked in every thread that follows, so that only the wait below receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    specification = json.loads(os.environ[SPECIFICATION])
    lines = JsonLines(service, stdout())
    catch_library_logs(lines)
    telemetry = Telemetry(service, f"{specification['run']}-{service}", lines)
    tally = Tally()
    parts, health, application = _assemble(service, telemetry, tally, specification)
    server = HttpServer(socket.socket(fileno=specification["listening"]), application)
    Thread(target=server.serve_forever, args=(0.2,), daemon=True).start()
    telemetry.journal.write("INFO", "service started", port=server.server_address[1])
    signal.sigwait(signals)
    health.stopping = True
    server.shutdown()
    application.drain(_DRAIN)
    parts.close()
    with contextlib.suppress(OSError):  # a folder that was deleted under it
        tally.hand_on(Path(specification["folder"]), service)
    telemetry.journal.write("INFO", "service stopped")
    last = Thread(target=telemetry.shutdown, daemon=True)
    last.start()
    last.join(_LAST_EXPORT)
    # Without waiting for threads of libraries, which a receiver that does not answer may hold.
    os._exit(0)


def _assemble(
    service: str, telemetry: Telemetry, tally: Tally, specification: dict[str, Any]
) -> tuple[Parts, Health, Application]:
    standing = StandingFaults(Path(specification["folder"]))
    surroundings = Surroundings(
        telemetry=telemetry,
        peers=Peers(telemetry.tracer, specification["urls"]),
        urls=specification["urls"],
        grpc_port=specification["grpc_port"],
        seed=specification["seed"],
        folder=specification["folder"],
        standing=standing,
        tally=tally,
    )
    parts = build(service, surroundings)
    health = Health(service, telemetry, parts.dependencies, standing)
    application = Application(telemetry, health, parts.routes, tally)
    observe_process(telemetry.meter, lambda: application.connections)
    return parts, health, application
