"""What tests of a started stack know of it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
    from phoenix_dev.runtime.protocol import Started


PATIENCE_S = 30.0
TRACE = "0af7651916cd43dd8448eb211c80319c"


def process_of(runtime: EmbeddedRuntime) -> int:
    record = runtime.engine.record()
    assert record is not None
    return record.pid


def kill(runtime: EmbeddedRuntime) -> None:
    os.kill(process_of(runtime), signal.SIGKILL)
    wait_until(lambda: not runtime.engine.runs)


def ports(started: Started) -> tuple[int, int]:
    endpoints = started.status.endpoints
    return int(endpoints.otlp_http.rpartition(":")[2]), int(endpoints.otlp_grpc.rpartition(":")[2])


def make(runtime: EmbeddedRuntime) -> Path:
    runtime.home.mkdir(parents=True)
    return runtime.home
