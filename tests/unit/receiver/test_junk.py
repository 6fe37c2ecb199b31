"""Exports of nothing but tiny parts cost a running receiver neither memory nor time."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import httpx
import psutil
import pytest

from phoenix_dev.telemetry.reader import open_stores

from . import payloads
from .junk import JUNK, JUNK_JSON
from .recording import JSON, PROTOBUF, byte_method

if TYPE_CHECKING:
    from collections.abc import Iterator

MEBIBYTE = 1024 * 1024
#: A body is in memory twice while its pieces are joined, and once more in gRPC's own.
MOST_GROWTH = 100 * MEBIBYTE
#: It took twenty without the limits; on a busy machine all takes longer.
MOST_SECONDS = 20.0


@dataclass
class Watched:
    """A receiver that is a process of its own, and the most memory it was seen to have."""

    process: psutil.Process
    http_port: int
    grpc_port: int
    store: Path
    peak: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.over.wait(0.005):
            self.peak = max(self.peak, self.process.memory_info().rss)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("store")
    command = [sys.executable, "-m", "tests.unit.receiver.running", str(folder)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        http_port, grpc_port = map(int, process.stdout.readline().split())
        watched = Watched(psutil.Process(process.pid), http_port, grpc_port, folder / "telemetry.db")
        watcher = threading.Thread(target=watched.watch)
        watcher.start()
        yield watched
        watched.over.set()
        watcher.join()
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.fixture(autouse=True)
def _bounded(watched: Watched) -> Iterator[None]:
    """Little memory, little time, and everyone else is served meanwhile."""
    export = payloads.traces(1).SerializeToString()
    assert httpx.post(f"{watched.url}/v1/traces", content=export, headers=PROTOBUF, trust_env=False).status_code == 200
    watched.peak = before = watched.process.memory_info().rss
    began = time.monotonic()
    yield
    assert time.monotonic() - began < MOST_SECONDS
    assert watched.peak - before < MOST_GROWTH
    assert httpx.post(f"{watched.url}/v1/traces", content=export, headers=PROTOBUF, trust_env=False).status_code == 200


def kept(watched: Watched) -> dict[str, tuple[int, int]]:
    """Spans and logs in the store by service."""
    found = open_stores(watched.store).services.activity(0)
    return {one.service: (one.spans, one.logs) for one in found}


def post(watched: Watched, signal: str, body: bytes, headers: dict[str, str]) -> int:
    return httpx.post(
        f"{watched.url}/v1/{signal}", content=body, headers=headers, trust_env=False, timeout=60
    ).status_code


@pytest.mark.parametrize("name", JUNK)
def test_over_http(watched: Watched, name: str) -> None:
    assert post(watched, name.partition(":")[0], JUNK[name], PROTOBUF) == 413


@pytest.mark.parametrize("name", ["traces: resource groups", "traces: spans", "logs: records"])
def test_over_http_with_gzip(watched: Watched, name: str) -> None:
    packed = gzip.compress(JUNK[name], 1)
    assert post(watched, name.partition(":")[0], packed, PROTOBUF | {"content-encoding": "gzip"}) == 413


@pytest.mark.parametrize("name", JUNK_JSON)
def test_as_json(watched: Watched, name: str) -> None:
    assert post(watched, "traces", JUNK_JSON[name], JSON) == 413


@pytest.mark.parametrize("packing", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
@pytest.mark.parametrize("name", ["traces: resource groups", "traces: spans", "metrics: points"])
def test_over_grpc(watched: Watched, name: str, packing: grpc.Compression) -> None:
    service = {"traces": "trace.v1.TraceService", "metrics": "metrics.v1.MetricsService"}[name.partition(":")[0]]
    options = [("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{watched.grpc_port}", options=options) as channel:
        method = byte_method(channel, f"/opentelemetry.proto.collector.{service}/Export")
        with pytest.raises(grpc.RpcError) as caught:
            method(JUNK[name], timeout=60, compression=packing)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("name", ["traces: resource groups", "logs: resource groups"])
def test_small_junk_is_taken_and_forgotten(watched: Watched, name: str) -> None:
    """Below the limits it is answered like any export: nothing of it is kept."""
    before = kept(watched)
    assert post(watched, name.partition(":")[0], JUNK[name][:20_000], PROTOBUF) == 200
    assert kept(watched) == before
