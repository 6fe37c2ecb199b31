"""A steady load of known requests, paced: so many spans a second, whatever the machine does meanwhile."""

from __future__ import annotations

import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.workload import LOGS_PER_TRACE, SPANS_PER_TRACE, TRACES_PER_BATCH, batches, requests
from tests import otlp

#: Of the service that says little: one request in so many exports of the others.
_QUIET_IN = 10
QUIET = "quiet-service"


@dataclass
class Load:
    """Sends exports of 500 spans with their logs, in turn for six services; now and then one request of a quiet one.

    `quiet` are the trace IDs of the quiet service, `sent` those of the others, all acknowledged.
    """

    url: str
    seed: int = 5
    quiet: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._stop = threading.Event()
        at = urlsplit(self.url)
        self._http = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)

    def send(self, exports: int, *, a_second: float | None = None) -> None:
        """So many exports, at once or paced. What is refused for now is sent again, as an SDK does."""
        begun = time.monotonic()
        for number in range(exports):
            if a_second is not None:
                self._stop.wait(max(0.0, begun + number / a_second - time.monotonic()))
            made = requests(self._rng, TRACES_PER_BATCH)
            for body in batches(self._rng, made, logs=True):
                self._post(body.path, body.content)
            self.sent += [request.trace_id.hex() for request in made]
            if number % _QUIET_IN == 0:
                self._send_quiet()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _send_quiet(self) -> None:
        trace_id = otlp.new_trace_id(self._rng)
        now = time.time_ns()
        spans = [otlp.span(trace_id, start=now, span_id=otlp.new_span_id(self._rng)) for _ in range(SPANS_PER_TRACE)]
        logs = [otlp.log(f"step {number}", trace_id=trace_id, time=now) for number in range(LOGS_PER_TRACE)]
        self._post("/v1/traces", otlp.traces(QUIET, *spans).SerializeToString())
        self._post("/v1/logs", otlp.logs(QUIET, *logs).SerializeToString())
        self.quiet.append(trace_id)

    def _post(self, path: str, body: bytes) -> None:
        while True:
            self._http.request("POST", path, body, {"Content-Type": "application/x-protobuf"})
            answer = self._http.getresponse()
            answer.read()
            if answer.status == 200:
                return
            assert answer.status in (429, 503), answer.status
            self._stop.wait(float(answer.headers["Retry-After"]))
