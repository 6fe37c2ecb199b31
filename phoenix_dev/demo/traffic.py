"""Sends requests to the running demo: what each will cause is known before it is sent."""

from __future__ import annotations

import http.client
import json
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phoenix_dev.demo.business import business_of
from phoenix_dev.demo.catalogue import GATEWAY, ROUTE_PROCESS
from phoenix_dev.demo.scenario import Scenario, request_ids, scenario_of
from phoenix_dev.demo.system import flush
from phoenix_dev.demo.tally import nested
from phoenix_dev.demo.truth import Truth, truth_of
from phoenix_dev.errors import NotReady
from phoenix_dev.model.identifier import trace_id_of_traceparent

if TYPE_CHECKING:
    from collections.abc import Generator

    from phoenix_dev.demo.faults import Fault
    from phoenix_dev.demo.state import DemoSystem

_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class TrafficPlan:
    """What to send: `count` requests, `rate` a second (0: as answers come), `concurrency` at a time.

    With faults, every `fault_every`-th request carries one (1 for all), each of them in its turn.
    """

    seed: int
    count: int = 1
    rate: float = 0.0
    concurrency: int = 8
    faults: tuple[Fault, ...] = ()
    fault_every: int = 1

    def scenario(self, index: int) -> Scenario:
        """The scenario of one request."""
        turn, left = divmod(index + 1, self.fault_every)
        faulty = self.faults and not left
        return scenario_of(self.seed, index, self.faults[(turn - 1) % len(self.faults)] if faulty else "")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it went: its IDs, what came back, and the ground truth.

    `trace_ids`: the request's own trace first; with `lost-context` the one that was torn off second. `duration_ms` as
    the client saw it.
    """

    index: int
    scenario: Scenario
    correlation_id: str
    request_id: str
    traceparent: str
    trace_ids: tuple[str, ...]
    status_code: int
    duration_ms: float
    truth: Truth

    @property
    def trace_id(self) -> str:
        """The request's own trace."""
        return self.traceparent.split("-")[1]

    @property
    def fault(self) -> Fault:
        """What goes wrong in it, empty for a healthy request."""
        return self.scenario.fault

    @property
    def expected(self) -> bool:
        """Whether the answer was the one that the scenario must lead to."""
        return self.status_code == self.scenario.status_code

    def as_json(self) -> dict[str, Any]:
        """One line of `demo traffic --json`."""
        return {
            "index": self.index,
            "scenario": self.scenario.as_json(),
            "fault": self.fault,
            "trace_id": self.trace_id,
            "trace_ids": list(self.trace_ids),
            "traceparent": self.traceparent,
            "correlation_id": self.correlation_id,
            "request_id": self.request_id,
            "status_code": self.status_code,
            "duration_ms": round(self.duration_ms, 3),
            "truth": self.truth.as_json(),
            "business": nested(business_of(self.scenario)),
        }


def send(system: DemoSystem, plan: TrafficPlan) -> Generator[Sent]:
    """Send the plan's requests and yield each in order. When this ends, every service has sent what it held of them.

    Raises NotReady when the api-gateway does not answer.
    """
    gateway = _Gateway(system.url_of(GATEWAY))
    waiting: deque[Future[Sent]] = deque()
    started = time.monotonic()
    pool = ThreadPoolExecutor(plan.concurrency, "traffic")
    try:
        for index in range(plan.count):
            if plan.rate:
                time.sleep(max(0.0, started + index / plan.rate - time.monotonic()))
            waiting.append(pool.submit(gateway.send, plan, index))
            while waiting and (waiting[0].done() or len(waiting) >= 4 * plan.concurrency):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
        gateway.close()
        flush(system)


class _Gateway:
    """The api-gateway as a client sees it; each thread keeps a connection of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._threads = local()
        self._opened: list[http.client.HTTPConnection] = []

    def send(self, plan: TrafficPlan, index: int) -> Sent:
        """Send one request, without a traceparent: the gateway's server span is the root, and its response names it."""
        scenario = plan.scenario(index)
        truth = truth_of(scenario)
        correlation_id, request_id = request_ids(plan.seed, index)
        headers = {"content-type": "application/json", "x-correlation-id": correlation_id, "x-request-id": request_id}
        started = time.perf_counter()
        try:
            status, traceresponse, answer = self._exchange(json.dumps(scenario.as_json()).encode(), headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotReady(
                f"The api-gateway of the demo does not answer at {self._url}: {error or type(error).__name__}.",
                hint="phoenix-dev demo start",
            ) from error
        return Sent(
            index=index,
            scenario=scenario,
            correlation_id=correlation_id,
            request_id=request_id,
            traceparent=traceresponse,
            trace_ids=tuple(answer.get("trace_ids") or (traceresponse.split("-")[1],)),
            status_code=status,
            duration_ms=(time.perf_counter() - started) * 1000,
            truth=truth,
        )

    def close(self) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()

    def _exchange(self, body: bytes, headers: dict[str, str]) -> tuple[int, str, dict[str, Any]]:
        connection: http.client.HTTPConnection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=_TIMEOUT)
            self._threads.connection = connection
            self._opened.append(connection)
        connection.request("POST", ROUTE_PROCESS, body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        traceresponse = response.getheader("traceresponse", "")
        if trace_id_of_traceparent(traceresponse) is None:
            raise ValueError("the response names no trace")
        return response.status, traceresponse, answer
