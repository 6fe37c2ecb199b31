"""`verify`: one made-up request through every pipe of the stack, each hop timed, each way between signals gone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from phoenix_dev.asking.deliver import PROTOBUF, deliver
from phoenix_dev.errors import NotFound, NotReady, UsageError
from phoenix_dev.model.proof import Hop
from phoenix_dev.proving.over_grpc import deliver_spans
from phoenix_dev.usecases.open import trace_urls
from phoenix_dev.usecases.verify_looks import Look, NotYet, fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from google.protobuf.message import Message

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.stack import Endpoints
    from phoenix_dev.proving.synthetic import Synthetic
    from phoenix_dev.stores import Stores

_LOOK_S = 0.05
#: At most so long an export may take.
_TAKING_S = 10.0
#: What Grafana reads from, by the uid of its data source (provisioning/grafana/datasources).
_SOURCES = ("prometheus", "loki", "jaeger")
_DOCTOR = "phoenix-dev doctor"


@dataclass(frozen=True, slots=True)
class _Question:
    """`look` gives what it found, in words. Raises NotYet while it has not found it."""

    name: str
    what: str
    look: Callable[[Stores], str]
    needs: tuple[str, ...] = ()
    hint: str = _DOCTOR


@dataclass(frozen=True, slots=True)
class Verification:
    """A stack that is to prove itself: where it takes telemetry and shows it, and what opens its stores, anew for each
    that asks at the same time. `sent` is the request that goes through it.
    """

    endpoints: Endpoints
    open_stores: Callable[[], Stores]
    sent: Synthetic
    timeout_s: float

    def hops(self) -> Iterator[Hop]:
        """Every hop in its order: what the stack takes, where that arrives, where it leads. Each as it is known."""
        began, seen = time.monotonic_ns(), dict[str, Hop]()
        for hop in self._taken():
            seen[hop.name] = hop
            yield hop
        for hop in self._arrived(began, seen):
            seen[hop.name] = hop
            yield hop
        stores = self.open_stores()
        for question in (*self._links(), *self._parts()):
            hop = _answered(question, stores, time.monotonic_ns(), seen, Event(), patience_s=0)
            seen[hop.name] = hop
            yield hop

    def _taken(self) -> Iterator[Hop]:
        sent, grpc = self.sent, self.endpoints.otlp_grpc
        yield _delivered("otlp_http_span", "OTLP/HTTP takes a span", lambda: self._over_http("traces", sent.root()))
        yield _delivered(
            "otlp_grpc_span",
            "OTLP/gRPC takes a span",
            lambda: deliver_spans(grpc, sent.inner(), timeout_s=min(self.timeout_s, _TAKING_S)),
        )
        yield _delivered("otlp_http_log", "OTLP/HTTP takes a log", lambda: self._over_http("logs", sent.log()))
        yield _delivered(
            "otlp_http_metric",
            "OTLP/HTTP takes a measurement",
            lambda: self._over_http("metrics", sent.measurement()),
        )

    def _over_http(self, signal: str, export: Message) -> str:
        return deliver(self.endpoints.otlp_http, f"/v1/{signal}", export.SerializeToString(), PROTOBUF)

    def _arrived(self, began: int, seen: Mapping[str, Hop]) -> Iterator[Hop]:
        questions, over = self._arrivals(), Event()

        def ask(question: _Question) -> Hop:
            return _answered(question, self.open_stores(), began, seen, over, patience_s=self.timeout_s)

        with ThreadPoolExecutor(len(questions)) as pool:
            try:
                yield from pool.map(ask, questions)
            finally:
                over.set()

    def _arrivals(self) -> tuple[_Question, ...]:
        sent, look = self.sent, Look(self.sent)
        spans = ("otlp_http_span", "otlp_grpc_span")

        def of_id(kind: IdKind, value: str) -> Callable[[Stores], str]:
            return lambda stores: look.whole(stores, kind, value)

        return (
            _Question("trace", "the trace is read by its ID", look.trace, spans),
            _Question("log", "the log is read by the trace ID", look.log, ("otlp_http_log",)),
            _Question("metric", "the measurement is read", look.point, ("otlp_http_metric",)),
            _Question(
                "correlation_id",
                "the correlation ID leads to the trace and the log",
                of_id("correlation", sent.correlation_id),
                (*spans, "otlp_http_log"),
            ),
            _Question(
                "request_id",
                "the request ID leads to the trace and the log",
                of_id("request", sent.request_id),
                (*spans, "otlp_http_log"),
            ),
            _Question("span_metrics", "the span metrics count the request", look.counted, spans[:1]),
            _Question("exemplar", "the measurement has its trace as an exemplar", look.exemplar, ("otlp_http_metric",)),
            _Question("span_exemplar", "the span metrics have it as an exemplar", look.span_exemplar, spans[:1]),
        )

    def _links(self) -> tuple[_Question, ...]:
        look = Look(self.sent)
        return (
            _Question("trace_to_log", "from the trace to its log", look.trace_to_log, ("trace", "log")),
            _Question("log_to_trace", "from the log to its trace", look.log_to_trace, ("trace", "log")),
            _Question(
                "exemplar_to_trace", "from the exemplar to its trace", look.exemplar_to_trace, ("trace", "exemplar")
            ),
            _Question("page", "the page of the trace answers", self._page, ("trace",), "phoenix-dev open --print"),
        )

    def _parts(self) -> Iterator[_Question]:
        at = self.endpoints

        def asking(url: str) -> Callable[[Stores], str]:
            return lambda _: fetched(url, self.timeout_s)

        for name, title, base, path in (
            ("alertmanager", "Alertmanager", at.alertmanager, "/-/ready"),
            ("inbox", "the inbox of alerts", at.inbox, "/health"),
            ("grafana", "Grafana", at.grafana, "/api/health"),
        ):
            if base:
                yield _Question(name, f"{title} answers", asking(base + path))
        if at.grafana:
            for source in _SOURCES:
                url = f"{at.grafana}/api/datasources/uid/{source}/health"
                yield _Question(f"grafana_{source}", f"Grafana reads {source}", asking(url))

    def _page(self, stores: Stores) -> str:
        (url, *_) = trace_urls(self.endpoints, lambda: stores, self.sent.trace_id)
        return f"{url}: {fetched(url, self.timeout_s)}"


def _delivered(name: str, what: str, deliver_it: Callable[[], str]) -> Hop:
    began = time.monotonic_ns()
    why_not = deliver_it()
    took = time.monotonic_ns() - began
    if why_not:
        return Hop(name, what, "failed", took, why_not, "phoenix-dev status")
    return Hop(name, what, "proven", took)


def _answered(
    question: _Question, stores: Stores, began: int, seen: Mapping[str, Hop], over: Event, *, patience_s: float
) -> Hop:
    """What is found, within so long, or why it is not; `began` is when it began to be on its way."""
    name, what = question.name, question.what
    if lacking := [seen[one] for one in question.needs if seen[one].state != "proven"]:
        absent = all(one.state == "absent" for one in lacking)
        return Hop(name, what, "absent" if absent else "untried", None, f"it needs that {lacking[0].what}")
    deadline = time.monotonic() + patience_s
    while True:
        try:
            found = question.look(stores)
            return Hop(name, what, "proven", time.monotonic_ns() - began, found)
        except UsageError as error:
            return Hop(name, what, "absent", None, error.message)
        except (NotYet, NotFound, NotReady) as error:
            why = getattr(error, "message", "") or str(error)
        if time.monotonic() >= deadline or over.wait(_LOOK_S):
            after = f" after {patience_s:g} s" if patience_s else ""
            return Hop(name, what, "failed", time.monotonic_ns() - began, f"{why}{after}", question.hint)
