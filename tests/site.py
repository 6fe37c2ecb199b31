"""The page in front of a store of its own, served in a thread of the test's process."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING, Any

from phoenix_dev.receiver.sockets import bind_loopback
from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.writer import Writer
from phoenix_dev.web.serving import PageServer
from tests import otlp
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phoenix_dev.stores import Stores

#: The request that fails, its other trace, and what both bear.
FAILED, ELSEWHERE, CORRELATION = "4bf92f3577b34da6a3ce929d0e0e4736", "5" * 32, "abcdef-123456"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page answered."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """A page that runs, at `url` and `port`; what is sent can be read when `send` returns."""

    port: int
    writer: Writer
    server: PageServer

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def send(self, *exports: Any) -> None:
        """Have the store take exports."""
        for future in [self.writer.submit(export, export.ByteSize()) for export in exports]:
            future.result(timeout=10)

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """Ask for a path as no browser would help to."""
        with self.asking(path, method=method, **headers) as response:
            body = response.read().decode()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    @contextmanager
    def asking(self, path: str, *, method: str = "GET", **headers: str) -> Iterator[HTTPResponse]:
        """The answer while it is being read."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            yield connection.getresponse()
        finally:
            connection.close()


@contextmanager
def a_site(folder: Path, open_: Callable[[], Stores] | None = None) -> Iterator[Site]:
    """A page of an empty store in a folder, or of other stores."""
    path = folder / "telemetry.db"
    writer = Writer(path)
    sockets = bind_loopback(0)
    server = PageServer(open_ or (lambda: open_stores(path)), project="phoenix")
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets)))
    thread.start()
    try:
        wait_until(lambda: server.started, what="the page")
        yield Site(sockets[0].getsockname()[1], writer, server)
    finally:
        server.should_exit = True
        thread.join(10)
        writer.close()
        for listening in sockets:
            listening.close()
        assert not thread.is_alive()


def a_failed_request(now: int) -> list[Any]:
    """A request over three services, of which one fails, and a second trace of it whose context was lost."""
    borne: dict[str, Any] = {"correlation_id": CORRELATION, "request_id": "req-1"}
    gateway, orchestrator, llm = (f"{number:016x}" for number in (1, 2, 3))
    start = now - 5 * 10**9

    def span(number: str, parent: str, name: str, after_ms: float, ms: float, **fields: Any) -> Any:
        return otlp.span(
            FAILED,
            name,
            span_id=number,
            parent=parent,
            start=start + round(after_ms * otlp.MS),
            ms=ms,
            kind=fields.pop("kind", 2),
            attributes={**borne, **fields.pop("attributes", {})},
            **fields,
        )

    failed = span(llm, orchestrator, "chat", 40, 900, error="", attributes={"gen_ai.request.model": "phoenix-small"})
    raised = failed.events.add(name="exception", time_unix_nano=start + 900 * otlp.MS)
    stack = 'File "/app/llm.py", line 88, in complete'
    raised.attributes.extend(
        otlp.pairs(
            {
                "exception.type": "llm.TimeoutError",
                "exception.message": "upstream took longer than 900 ms",
                "exception.stacktrace": stack,
            }
        )
    )
    return [
        otlp.traces("api-gateway", span(gateway, "", "POST /api/process", 0, 1000, attributes={"http.route": "/api"})),
        otlp.traces("orchestrator", span(orchestrator, gateway, "process", 20, 960)),
        otlp.traces("llm-service", failed),
        otlp.logs(
            "llm-service",
            otlp.log("model timed out", trace_id=FAILED, span_id=llm, time=start + 900 * otlp.MS, severity=17, **borne),
        ),
        otlp.logs(
            "api-gateway",
            otlp.log("request received", trace_id=FAILED, span_id=gateway, time=start + otlp.MS, **borne),
        ),
        otlp.traces("tool-service", otlp.span(ELSEWHERE, "search", start=start, ms=3, attributes=borne, kind=2)),
    ]


def events_of(response: HTTPResponse, name: str, patience_s: float = 10.0) -> Iterator[Any]:
    """The data of the events of a stream that bear a name, as they come."""
    deadline, current = time.monotonic() + patience_s, ""
    while time.monotonic() < deadline:
        line = response.readline().decode().rstrip("\n")
        if line.startswith("event: "):
            current = line.removeprefix("event: ")
        elif line.startswith("data: ") and current == name:
            yield json.loads(line.removeprefix("data: "))
    raise AssertionError(f"no event {name} within {patience_s:g} s")
