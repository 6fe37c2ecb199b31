"""How long a browser takes to show a trace of 5,000 spans, every row of it, on the page."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.figure import Figure
from benchmarks.stack import run, stack
from benchmarks.timing import medians

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from benchmarks.bench import Bench

_SPANS = 5_000
_MILLISECOND = 10**6
_TARGET_MS = 1000
_PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def page(bench: Bench) -> tuple[Figure, ...]:
    """From the address to the last row, painted. Left out where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        bench.say("page: left out, there is no chromium")
        return ()
    bench.say("page: a trace of 5,000 spans in Chromium")
    with stack(bench.home("page")) as running, _tab(chromium) as tab:
        told: dict[str, Any] = json.loads(run(running.home, "status", "--json"))
        trace_id = _send(running.ports["http"])
        url = f"{told['endpoints']['ui']}/trace/{trace_id}?expand=1"
        with _again(url) as same:
            taken = medians({"page": lambda: _shown(tab, url), "limit": lambda: _shown(tab, same)}, bench.few(7, 3))
    what = "the same answer from memory, without our reading, laying out and writing"
    name = "a trace of 5,000 spans in Chromium, every row"
    return (Figure(name, taken["page"] * 1000, "ms", _TARGET_MS, "lower", what, taken["limit"] * 1000),)


@contextlib.contextmanager
def _tab(chromium: str) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def _shown(tab: Page, url: str) -> float:
    tab.goto("about:blank")  # what was shown before is cleared away first, which takes longer than to show it
    began = time.perf_counter()
    tab.goto(url)
    tab.evaluate(_PAINTED)
    taken = time.perf_counter() - began
    rows = tab.locator(".r").count()
    assert rows == _SPANS, f"{url} shows {rows} rows of {_SPANS}"
    return taken


def _send(port: int) -> str:
    """One trace: a batch of 4,999 steps of four services. Its ID."""
    trace_id, root, now = secrets.token_bytes(16), secrets.token_bytes(8), time.time_ns()
    export = ExportTraceServiceRequest()
    groups = []
    for number in range(4):
        group = export.resource_spans.add()
        group.resource.attributes.add(key="service.name").value.string_value = f"service-{number}"
        groups.append(group.scope_spans.add())
    for number in range(_SPANS):
        span = groups[number % 4].spans.add(trace_id=trace_id, span_id=secrets.token_bytes(8), name=f"step {number}")
        if number:
            span.parent_span_id = root
        else:
            span.span_id = root
        span.start_time_unix_nano = now + number * _MILLISECOND
        span.end_time_unix_nano = now + (number + 40 if number else _SPANS + 50) * _MILLISECOND
    connection = HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/x-protobuf"}
    connection.request("POST", "/v1/traces", export.SerializeToString(), headers)
    assert connection.getresponse().status == 200
    connection.close()
    return trace_id.hex()


@contextlib.contextmanager
def _again(url: str) -> Iterator[str]:
    """An address that answers as `url` does, and its files too, from memory."""
    _, _, host, path = url.split("/", 3)
    answers: dict[str, tuple[str, bytes]] = {}

    def answer(asked: str) -> tuple[str, bytes]:
        if asked not in answers:
            connection = HTTPConnection(host)
            connection.request("GET", asked)
            response = connection.getresponse()
            answers[asked] = response.getheader("content-type", ""), response.read()
            connection.close()
        return answers[asked]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = answer(self.path)
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the browser went on to the next round
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{path}"
        server.shutdown()
