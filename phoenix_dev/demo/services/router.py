"""data-router: what a question is about, and the knowledge for it, from its cache or from the knowledge base."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import get_current_span

from phoenix_dev.demo import catalogue as c
from phoenix_dev.demo.business import cache_lookups
from phoenix_dev.demo.cache import Cache
from phoenix_dev.demo.documents import text_of
from phoenix_dev.demo.guard import Guard
from phoenix_dev.demo.health import Dependency
from phoenix_dev.demo.instruments import cache_requests
from phoenix_dev.demo.peers import UpstreamError
from phoenix_dev.demo.rpc import RpcClient
from phoenix_dev.demo.services import Parts, Surroundings
from phoenix_dev.demo.spans import span

if TYPE_CHECKING:
    from phoenix_dev.demo.application import Call
    from phoenix_dev.demo.scenario import Scenario

_CACHE = "answers"
_CACHE_CAPACITY = 256
_SEARCH = f"{c.KNOWLEDGE_RPC_SERVICE}/{c.KNOWLEDGE_RPC_METHOD}"


class Router:
    """Answers `POST /v1/route`."""

    def __init__(self, surroundings: Surroundings, knowledge: RpcClient) -> None:
        self._telemetry = surroundings.telemetry
        self._tally = surroundings.tally
        self._knowledge = knowledge
        self._guard = Guard(surroundings.telemetry, c.KNOWLEDGE_BREAKER)
        # The usual questions are known from the start and stay: whether they hit depends on no request that came
        # before.
        self._cache = Cache(_CACHE_CAPACITY, {subject.question: text_of(subject.topic, 1) for subject in c.SUBJECTS})
        self._lookups = cache_requests(surroundings.telemetry.meter)

    def route(self, call: Call) -> dict[str, Any]:
        """Gather the context for a question. `Cache-Control: no-cache` asks the knowledge base in any case."""
        scenario = call.scenario()
        started = perf_counter()
        if "traceparent" not in call.headers:
            self._telemetry.journal.write("WARN", "request came without trace context, a new trace begins here")
        with span(self._telemetry.tracer, "route") as current:
            topic = topic_of(scenario.question)
            current.set_attribute("route.topic", topic)
            text = self._look_up(scenario, topic, fresh="no-cache" in call.headers.get("cache-control", ""))
            elapsed = (perf_counter() - started) * 1000
            self._telemetry.journal.write("INFO", "context gathered", duration_ms=elapsed, topic=topic)
        return {"text": text}

    def _look_up(self, scenario: Scenario, topic: str, *, fresh: bool) -> str:
        if lost := scenario.fault == "cache-misses":
            self._telemetry.journal.write("WARN", "cache lost what it knew", cache=_CACHE)
        found = None if fresh or lost else self._cache.get(scenario.question)
        self._looked_up("miss" if found is None else "hit")
        if found is None:
            found = self._search(scenario, topic)
        if found is None:
            self._telemetry.journal.write("WARN", "knowledge base is away, the cache has to do", cache=_CACHE)
            return self._cache.get(scenario.question) or ""
        self._cache.put(scenario.question, found)
        return found

    def _looked_up(self, result: str) -> None:
        self._tally.add(cache_lookups(result))
        labels = {"cache.name": _CACHE, "cache.result": result}
        self._lookups.add(1, labels)
        get_current_span().add_event("cache.lookup", labels)
        self._telemetry.journal.write("DEBUG", f"cache {result}", cache=_CACHE)

    def _search(self, scenario: Scenario, topic: str) -> str | None:
        """What the knowledge base finds; None when it does not answer, or is not asked because of that."""
        request = {"topic": topic, "documents": scenario.documents, "fault": scenario.fault}
        breaker = self._guard.breaker(scenario)
        for attempt in range(1, c.KNOWLEDGE_ATTEMPTS + 1):
            if not self._guard.permits(breaker):
                return None
            try:
                answer = self._knowledge.call(_SEARCH, request)
            except UpstreamError as error:
                self._telemetry.journal.write("WARN", "search failed", attempt=attempt, error=error.error)
                self._guard.ended(breaker, well=False)
            else:
                self._guard.ended(breaker, well=True)
                return "\n".join(str(passage) for passage in answer["passages"])
        return None


def topic_of(question: str) -> str:
    """The topic whose well-known question shares most words with this one; the first topic when none shares any."""
    words = set(question.lower().split())
    return max(c.SUBJECTS, key=lambda subject: len(words & set(subject.question.lower().split()))).topic


def build(surroundings: Surroundings) -> Parts:
    """The router's parts."""
    knowledge = RpcClient(surroundings.telemetry.tracer, c.KNOWLEDGE, f"127.0.0.1:{surroundings.grpc_port}")
    dependency = Dependency(c.KNOWLEDGE, "grpc", knowledge.probe)
    return Parts({c.ROUTE_ROUTE: Router(surroundings, knowledge).route}, (dependency,))
