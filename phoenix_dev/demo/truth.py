"""What a scenario must cause: every span and every log, computed without looking at what was sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from phoenix_dev.demo import catalogue as c

if TYPE_CHECKING:
    from phoenix_dev.demo.scenario import Scenario

#: (service, span name, kind, status) in the words of the model: kinds and statuses as in `phoenix_dev.model.span`.
SpanKey = tuple[str, str, str, str]
#: (service, level, message).
LogKey = tuple[str, str, str]

SEARCH = f"{c.KNOWLEDGE_RPC_SERVICE}/{c.KNOWLEDGE_RPC_METHOD}"


@dataclass(frozen=True, slots=True)
class TraceTruth:
    """The multiset of spans and of logs of one trace. `root` is (service, name) of the one span without a parent."""

    root: tuple[str, str]
    spans: Counter[SpanKey] = field(default_factory=Counter)
    logs: Counter[LogKey] = field(default_factory=Counter)

    def span(self, service: str, name: str, kind: str = "internal", *, failed: bool = False, times: int = 1) -> None:
        """Expect a span `times` more."""
        if times:
            self.spans[service, name, kind, "error" if failed else "unset"] += times

    def log(self, service: str, level: str, message: str, times: int = 1) -> None:
        """Expect a log `times` more."""
        if times:
            self.logs[service, level, message] += times

    def as_json(self) -> dict[str, Any]:
        """Rows of key and count, sorted."""
        return {
            "root": list(self.root),
            "spans": [[*key, count] for key, count in sorted(self.spans.items())],
            "logs": [[*key, count] for key, count in sorted(self.logs.items())],
        }


@dataclass(frozen=True, slots=True)
class Truth:
    """The traces of one request: its own first; with `lost-context` a second one, torn off at the data-router.

    Both bear the request's correlation and request ID on every span and log; only the first has the request's trace ID.
    """

    traces: tuple[TraceTruth, ...]

    @property
    def spans(self) -> Counter[SpanKey]:
        """The spans of all traces: what the correlation ID and the request ID lead to."""
        return sum((trace.spans for trace in self.traces), Counter())

    @property
    def logs(self) -> Counter[LogKey]:
        """The logs of all traces: what the correlation ID and the request ID lead to."""
        return sum((trace.logs for trace in self.traces), Counter())

    def as_json(self) -> dict[str, Any]:
        """As `demo traffic --json` prints it."""
        return {
            "spans": [[*key, count] for key, count in sorted(self.spans.items())],
            "logs": [[*key, count] for key, count in sorted(self.logs.items())],
            "traces": [trace.as_json() for trace in self.traces],
        }


def truth_of(scenario: Scenario) -> Truth:
    """The ground truth of an isolated scenario that asks one of the catalogue's questions."""
    own = TraceTruth((c.GATEWAY, f"POST {c.ROUTE_PROCESS}"))
    torn = TraceTruth((c.ROUTER, f"POST {c.ROUTE_ROUTE}")) if scenario.fault == "lost-context" else None
    _gateway(own, scenario)
    _orchestrator(own, scenario)
    _router(torn or own, scenario, torn=torn is not None)
    _knowledge(torn or own, scenario)
    _tools(own, scenario)
    _model(own, scenario)
    return Truth((own, torn) if torn else (own,))


def _gateway(trace: TraceTruth, scenario: Scenario) -> None:
    failed = not scenario.answered
    trace.span(c.GATEWAY, f"POST {c.ROUTE_PROCESS}", "server", failed=failed)
    trace.span(c.GATEWAY, "authenticate")
    trace.span(c.GATEWAY, f"POST {c.ROUTE_ORCHESTRATE}", "client", failed=failed)
    trace.log(c.GATEWAY, "INFO", "request received")
    trace.log(c.GATEWAY, "DEBUG", "caller authenticated")
    trace.log(c.GATEWAY, "ERROR", "request failed") if failed else trace.log(c.GATEWAY, "INFO", "request completed")


def _orchestrator(trace: TraceTruth, scenario: Scenario) -> None:
    failed, failures = not scenario.answered, scenario.llm_failures
    trace.span(c.ORCHESTRATOR, f"POST {c.ROUTE_ORCHESTRATE}", "server", failed=failed)
    trace.span(c.ORCHESTRATOR, "process", failed=failed)
    trace.span(c.ORCHESTRATOR, f"POST {c.ROUTE_ROUTE}", "client")
    trace.span(c.ORCHESTRATOR, f"POST {c.ROUTE_TOOL}", "client", failed=scenario.tool_fails, times=bool(scenario.tool))
    trace.log(c.ORCHESTRATOR, "INFO", "request accepted")
    if scenario.tool_fails:
        trace.log(c.ORCHESTRATOR, "ERROR", "tool unavailable")
        return
    trace.span(c.ORCHESTRATOR, "compose prompt", failed=scenario.worker_dies)
    if scenario.worker_dies:
        trace.log(c.ORCHESTRATOR, "FATAL", "worker died")
        return
    trace.span(c.ORCHESTRATOR, "generate answer", failed=failed)
    trace.span(c.ORCHESTRATOR, f"POST {c.ROUTE_CHAT}", "client", failed=True, times=failures)
    trace.span(c.ORCHESTRATOR, f"POST {c.ROUTE_CHAT}", "client", times=scenario.answered)
    trace.log(c.ORCHESTRATOR, "DEBUG", "prompt composed")
    trace.log(c.ORCHESTRATOR, "ERROR", "model unavailable") if failed else trace.log(
        c.ORCHESTRATOR, "INFO", "answer ready"
    )
    _breaker(trace, failures)


def _breaker(trace: TraceTruth, failures: int) -> None:
    trace.log(c.ORCHESTRATOR, "WARN", "model call failed", failures)
    probes = max(0, min(failures + 1, c.MODEL_ATTEMPTS) - c.BREAKER_THRESHOLD)
    failed_probes = max(0, failures - c.BREAKER_THRESHOLD)
    trace.log(c.ORCHESTRATOR, "WARN", "circuit breaker open", (failures >= c.BREAKER_THRESHOLD) + failed_probes)
    trace.log(c.ORCHESTRATOR, "INFO", "circuit breaker half_open", probes)
    trace.log(c.ORCHESTRATOR, "INFO", "circuit breaker closed", probes - failed_probes)


def _router(trace: TraceTruth, scenario: Scenario, *, torn: bool) -> None:
    trace.span(c.ROUTER, f"POST {c.ROUTE_ROUTE}", "server")
    trace.span(c.ROUTER, "route")
    trace.span(c.ROUTER, SEARCH, "client", times=scenario.searched)
    trace.log(c.ROUTER, "WARN", "request came without trace context, a new trace begins here", torn)
    trace.log(c.ROUTER, "WARN", "cache lost what it knew", scenario.fault == "cache-misses")
    trace.log(c.ROUTER, "DEBUG", "cache miss" if scenario.fresh else "cache hit")
    trace.log(c.ROUTER, "INFO", "context gathered")
    if scenario.fault == "db-errors":
        trace.span(c.ROUTER, SEARCH, "client", failed=True, times=c.KNOWLEDGE_ATTEMPTS)
        trace.log(c.ROUTER, "WARN", "search failed", c.KNOWLEDGE_ATTEMPTS)
        trace.log(c.ROUTER, "WARN", "circuit breaker open")
        trace.log(c.ROUTER, "WARN", "knowledge base is away, the cache has to do")


def _knowledge(trace: TraceTruth, scenario: Scenario) -> None:
    if scenario.fault == "db-errors":
        for name, kind in ((SEARCH, "server"), ("query", "internal"), ("SELECT documents", "client")):
            trace.span(c.KNOWLEDGE, name, kind, failed=True, times=c.KNOWLEDGE_ATTEMPTS)
        trace.log(c.KNOWLEDGE, "ERROR", "database is locked", c.KNOWLEDGE_ATTEMPTS)
    if not scenario.searched:
        return
    trace.log(c.KNOWLEDGE, "WARN", "slow query", scenario.fault == "slow-db")
    trace.span(c.KNOWLEDGE, SEARCH, "server")
    trace.span(c.KNOWLEDGE, "query")
    trace.span(c.KNOWLEDGE, "SELECT documents", "client")
    trace.span(c.KNOWLEDGE, "SELECT passages", "client", times=scenario.documents)
    trace.log(c.KNOWLEDGE, "TRACE", "rows read", 1 + scenario.documents)
    trace.log(c.KNOWLEDGE, "INFO", "documents found")


def _tools(trace: TraceTruth, scenario: Scenario) -> None:
    if not scenario.tool:
        return
    failed = scenario.tool_fails
    trace.span(c.TOOLS, f"POST {c.ROUTE_TOOL}", "server", failed=failed)
    trace.span(c.TOOLS, f"execute_tool {scenario.tool}", failed=failed)
    trace.log(c.TOOLS, "ERROR", "tool failed") if failed else trace.log(c.TOOLS, "INFO", "tool finished")


def _model(trace: TraceTruth, scenario: Scenario) -> None:
    if not scenario.asks_model:
        return
    for failed, times in ((True, scenario.llm_failures), (False, int(scenario.answered))):
        trace.span(c.LLM, f"POST {c.ROUTE_CHAT}", "server", failed=failed, times=times)
        trace.span(c.LLM, f"chat {c.MODEL}", failed=failed, times=times)
    complaint = f"model timed out after {c.MODEL_TIMEOUT_MS} ms" if scenario.fault == "slow-llm" else "model overloaded"
    trace.log(c.LLM, "ERROR", complaint, scenario.llm_failures)
    trace.log(c.LLM, "INFO", "completion ready", int(scenario.answered))
