"""`logs --follow` as a process, and what is sent for it to show."""

from __future__ import annotations

import json
import os
import queue
import signal
import threading
import time
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any

import psutil

from tests.otlp import log, logs
from tests.running import CommandLine

if TYPE_CHECKING:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


#: A line that has not come after so long does not come at all, however busy the machine.
PATIENCE_S = 60.0


class Follower:
    """A running `phoenix-dev logs --follow …`, read as it writes."""

    def __init__(self, *args: str) -> None:
        self.process = CommandLine().start("logs", "--follow", *args)
        self.lines: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
        self.told: list[str] = []
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._listen)]
        for thread in self._threads:
            thread.start()

    def next(self) -> tuple[float, str]:
        """When the next line was read (monotonic seconds), and the line."""
        return self.lines.get(timeout=PATIENCE_S)

    def records(self, count: int) -> list[dict[str, Any]]:
        """The next so many lines as JSON."""
        return [json.loads(self.next()[1]) for _ in range(count)]

    def messages(self, count: int) -> list[str]:
        """The messages of the next so many lines."""
        return [record["message"] for record in self.records(count)]

    def rest(self) -> list[str]:
        """What has been read and not been asked for."""
        found = []
        while not self.lines.empty():
            found.append(self.lines.get()[1])
        return found

    def end(self) -> int:
        """Ctrl-C, as the terminal sends it; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            for thread in self._threads:
                thread.join()
            for pipe in (self.process.stdout, self.process.stderr):
                assert pipe is not None
                pipe.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put((time.monotonic(), line.decode()))

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told.append(line.decode().rstrip("\n"))


def export(stack: dict[str, Any], *messages: str, **fields: Any) -> None:
    """Send lines as one export and wait for its acknowledgement."""
    records = [log(message, time=time.time_ns(), **fields) for message in messages]
    post(stack, logs("orchestrator", *records))


def post(stack: dict[str, Any], sent: ExportLogsServiceRequest | ExportTraceServiceRequest) -> None:
    """Send an export. Raises OSError or HTTPException where no acknowledgement came."""
    connection = HTTPConnection(stack["endpoints"]["otlp_http"].removeprefix("http://"), timeout=PATIENCE_S)
    try:
        path = "/v1/logs" if hasattr(sent, "resource_logs") else "/v1/traces"
        connection.request("POST", path, sent.SerializeToString(), {"content-type": "application/x-protobuf"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise HTTPException(answer.status)
    finally:
        connection.close()


def started_following(stack: dict[str, Any], follower: Follower) -> None:
    """Wait until it follows: a line sent now is the first that it shows."""
    export(stack, "begin")
    assert follower.messages(1) == ["begin"]


def up(run_cli: CommandLine) -> None:
    ran = run_cli("up", "--runtime", "embedded")
    assert ran.code == 0, ran.stderr


def down(run_cli: CommandLine, *args: str) -> None:
    ran = run_cli("down", *args)
    assert ran.code == 0, ran.stderr


def kill_engine(run_cli: CommandLine, home: str) -> None:
    """`kill -9` on the process that serves, found by the home it was started with."""
    engines = [one for one in psutil.process_iter() if _serves(one, home)]
    assert engines
    for engine in engines:
        engine.kill()
    psutil.wait_procs(engines, timeout=PATIENCE_S)


def _serves(process: psutil.Process, home: str) -> bool:
    try:
        parents = {parent.pid for parent in process.parents()}
        return os.getpid() not in parents | {process.pid} and process.environ().get("PHOENIX_DEV_HOME") == home
    except (psutil.Error, OSError):
        return False


def until_the_end(stack: dict[str, Any], follower: Any, **bearing: str) -> list[str]:
    """What comes before a line that is sent now: nothing, where nothing is shown again at a later look."""
    export(stack, "the end", **bearing)
    lines: list[str] = []
    while lines[-1:] != ["the end"]:
        lines += follower.messages(1)
    return lines[:-1]


def was_acknowledged(stack: dict[str, Any], batch: list[str], unsure: set[str]) -> bool:
    try:
        export(stack, *batch)
    except ConnectionRefusedError:
        return False  # nobody took it
    except (OSError, HTTPException):
        unsure.update(batch)
        return False
    return True
