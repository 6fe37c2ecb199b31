from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import threading
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import grpc
import psutil
import pytest

from phoenix_dev.processes.identity import identity
from phoenix_dev.telemetry.reader import open_stores
from tests.unit.runtime.exports import one_span, send
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
    from phoenix_dev.runtime.record import EngineRecord

TRACE = "0af7651916cd43dd8448eb211c80319c"
MIB = 1 << 20
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def status_page(engine: EngineRecord, host: str, method: str = "GET") -> int:
    connection = HTTPConnection("127.0.0.1", engine.http_port, timeout=5)
    try:
        connection.request(method, "/status", headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


def test_its_status_page_is_for_this_machine_only(engine: EngineRecord) -> None:
    for host in (
        f"127.0.0.1:{engine.http_port}",
        f"localhost:{engine.http_port}",
        f"[::1]:{engine.http_port}",
        "[::1]",
    ):
        assert status_page(engine, host) == 200, host
    for host in ("evil.example", f"evil.example:{engine.http_port}", "127.0.0.1.evil.example", "localhost.evil", ""):
        assert status_page(engine, host) == 421, host
    assert status_page(engine, "localhost", "POST") == 405


def test_what_it_refused_is_in_its_status(runtime: EmbeddedRuntime, engine: EngineRecord) -> None:
    assert send(engine.endpoints.otlp_http, b"\xff\xff", content_type="application/x-protobuf") == 400
    assert send(engine.endpoints.otlp_http, b"x", content_type="text/plain") == 415
    refused = runtime.status().refused
    assert {refusal.signal for refusal in refused} == {"traces"}
    assert [refusal.count for refusal in refused] == [1, 1]


def test_told_to_stop_it_takes_nothing_new_and_acknowledges_what_it_has(
    runtime: EmbeddedRuntime, engine: EngineRecord
) -> None:
    body = one_span(TRACE)
    headers = f"Host: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: {len(body)}"
    with socket.create_connection(("127.0.0.1", engine.http_port), timeout=10) as sender:
        sender.sendall(f"POST /v1/traces HTTP/1.1\r\n{headers}\r\n\r\n".encode() + body[:10])
        assert status_page(engine, "localhost") == 200  # so it has read what was sent before
        os.kill(engine.pid, signal.SIGTERM)
        wait_until(lambda: not accepts(engine.http_port))
        sender.sendall(body[10:])
        assert sender.recv(65536).startswith(b"HTTP/1.1 200")
    wait_until(lambda: not runtime.engine.runs)
    assert TRACE in open_stores(runtime.home / "telemetry.db").traces.spans([TRACE])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_leaves_a_whole_store_and_no_record(
    runtime: EmbeddedRuntime, engine: EngineRecord, number: signal.Signals
) -> None:
    send(engine.endpoints.otlp_http, one_span(TRACE))
    os.kill(engine.pid, number)
    wait_until(lambda: not runtime.engine.runs)
    assert not (runtime.home / "runtime.json").exists()
    assert not (runtime.home / "telemetry.db-wal").exists()
    database = sqlite3.connect(runtime.home / "telemetry.db")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    assert "everything that was acknowledged is on disk" in (runtime.home / "engine.log").read_text()


def test_a_sender_that_keeps_its_connection_open_does_not_hold_it_up(
    runtime: EmbeddedRuntime, engine: EngineRecord
) -> None:
    idle = HTTPConnection("127.0.0.1", engine.http_port, timeout=10)
    idle.request("POST", "/v1/traces", one_span(TRACE), {"Content-Type": "application/x-protobuf"})
    assert idle.getresponse().read() is not None
    began = time.monotonic()
    assert runtime.stop().notes == ()
    assert time.monotonic() - began < 5  # which it gives one whose export it has not read to its end
    idle.close()


def test_a_sender_that_never_finishes_does_not_hold_it_up_for_long(
    runtime: EmbeddedRuntime, engine: EngineRecord
) -> None:
    head = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 99\r\n\r\n"
    with socket.create_connection(("127.0.0.1", engine.http_port), timeout=10) as sender:
        sender.sendall(head + b"1234")
        assert status_page(engine, "localhost") == 200
        assert runtime.stop().notes == ()


def test_every_export_that_was_acknowledged_while_it_stopped_is_kept(
    runtime: EmbeddedRuntime, engine: EngineRecord
) -> None:
    acknowledged: list[str] = []
    numbers = iter(range(1, 1_000_000))

    def over_http() -> None:
        trace = f"{next(numbers):032x}"
        while send(engine.endpoints.otlp_http, one_span(trace)) == 200:
            acknowledged.append(trace)
            trace = f"{next(numbers):032x}"

    def over_grpc() -> None:
        with grpc.insecure_channel(f"127.0.0.1:{engine.grpc_port}") as channel:
            export = channel.unary_unary(EXPORT, bytes, bytes)
            while True:
                trace = f"{next(numbers):032x}"
                export(one_span(trace), timeout=10)
                acknowledged.append(trace)

    def until_it_is_gone(sending: Callable[[], None]) -> None:
        try:
            sending()
        except (OSError, grpc.RpcError):
            return

    senders = [threading.Thread(target=until_it_is_gone, args=(sending,)) for sending in (over_http, over_grpc) * 2]
    for sender in senders:
        sender.start()
    wait_until(lambda: len(acknowledged) > 50)
    assert runtime.stop().notes == ()
    for sender in senders:
        sender.join()
    kept = open_stores(runtime.home / "telemetry.db").traces.spans(acknowledged)
    assert set(kept) == set(acknowledged)


def test_it_ends_when_its_folder_is_removed(runtime: EmbeddedRuntime, engine: EngineRecord) -> None:
    shutil.rmtree(runtime.home)
    wait_until(lambda: identity(engine.pid) == "")
    assert not runtime.home.exists()


def test_it_belongs_to_nobody(engine: EngineRecord) -> None:
    process = psutil.Process(engine.pid)
    assert process.ppid() != os.getpid()
    assert os.getsid(engine.pid) != os.getsid(0)
    assert process.cwd() == "/"
    assert process.terminal() is None


def test_idle_it_holds_at_most_60_mb(engine: EngineRecord) -> None:
    send(engine.endpoints.otlp_http, one_span(TRACE))
    assert psutil.Process(engine.pid).memory_info().rss < 60 * MIB


def test_its_process_has_no_library_of_the_commands(engine: EngineRecord) -> None:
    mapped = {os.path.basename(file.path) for file in psutil.Process(engine.pid).memory_maps()}
    assert any(name.startswith("cygrpc") for name in mapped)
    assert not any(name.startswith(("_psutil", "_yaml")) for name in mapped)


def test_its_record_is_what_others_read(runtime: EmbeddedRuntime, engine: EngineRecord) -> None:
    written = json.loads((runtime.home / "runtime.json").read_text())
    assert written["pid"] == engine.pid
    assert written["project"] == "phoenix"
    assert written["profile"] == "development"
    assert written["identity"] == identity(engine.pid)
