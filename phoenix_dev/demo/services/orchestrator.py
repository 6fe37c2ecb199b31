"""orchestrator: gathers what the model needs, asks it, and keeps a circuit breaker in front of it."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from phoenix_dev.demo import catalogue as c
from phoenix_dev.demo.guard import Guard
from phoenix_dev.demo.health import Dependency
from phoenix_dev.demo.peers import Answer, UpstreamError
from phoenix_dev.demo.services import Parts, Surroundings
from phoenix_dev.demo.spans import ServiceError, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.demo.application import Call
    from phoenix_dev.demo.breaker import Breaker
    from phoenix_dev.demo.scenario import Scenario


class ModelUnavailable(ServiceError):
    """The model did not answer within the attempts allowed, or the breaker is open."""

    status_code = 503


class WorkerDied(ServiceError):
    """The worker that had the request in hand is no more."""


class Orchestrator:
    """Answers `POST /v1/process`."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._telemetry = surroundings.telemetry
        self._peers = surroundings.peers
        self._guard = Guard(surroundings.telemetry, c.MODEL_BREAKER)

    def process(self, call: Call) -> dict[str, Any]:
        """Answer a question with context, tool and model."""
        scenario = call.scenario()
        started = perf_counter()
        with span(self._telemetry.tracer, "process", attributes={"user.id": scenario.user_id}) as current:
            self._telemetry.journal.write("INFO", "request accepted", user_id=scenario.user_id)
            current.add_event("plan.chosen", {"plan.tool": scenario.tool, "plan.fresh": scenario.fresh})
            context = self._context(scenario)
            inputs = [context, *self._tool(scenario)]
            completion = self._generate(scenario, self._compose(scenario, inputs))
            elapsed = (perf_counter() - started) * 1000
            self._telemetry.journal.write("INFO", "answer ready", duration_ms=elapsed)
        traces = {f"{answer.by.trace_id:032x}" for answer in inputs if answer.by}
        return {"answer": completion.body["text"], "trace_ids": sorted(traces)}

    def _context(self, scenario: Scenario) -> Answer:
        forget = scenario.fault == "lost-context"
        headers = {"cache-control": "no-cache"} if scenario.fresh else {}
        return self._peers.post(c.ROUTER, c.ROUTE_ROUTE, scenario.as_json(), headers=headers, forget_context=forget)

    def _tool(self, scenario: Scenario) -> tuple[Answer, ...]:
        if not scenario.tool:
            return ()
        body = {"text": scenario.question, "fault": scenario.fault}
        try:
            return (self._peers.post(c.TOOLS, c.ROUTE_TOOL, body, variables={"tool": scenario.tool}),)
        except UpstreamError as error:
            self._telemetry.journal.write("ERROR", "tool unavailable", tool=scenario.tool, error=error.error)
            raise

    def _compose(self, scenario: Scenario, inputs: Sequence[Answer]) -> str:
        # What the prompt is made of came from spans that are no ancestors of this one: that is what links are for.
        links = [answer.by for answer in inputs if answer.by]
        with span(self._telemetry.tracer, "compose prompt", links=links) as current:
            try:
                prompt = compose(scenario, [str(answer.body["text"]) for answer in inputs])
            except MemoryError as error:
                self._telemetry.journal.write_last_words("worker died", error)
                raise WorkerDied(f"the worker died: {error}") from error
            current.set_attribute("prompt.length", len(prompt))
            self._telemetry.journal.write("DEBUG", "prompt composed", inputs=len(inputs))
            return prompt

    def _generate(self, scenario: Scenario, prompt: str) -> Answer:
        with span(self._telemetry.tracer, "generate answer", attributes={"gen_ai.request.model": c.MODEL}) as current:
            breaker = self._guard.breaker(scenario)
            try:
                for attempt in range(1, c.MODEL_ATTEMPTS + 1):
                    if not self._guard.permits(breaker):
                        raise ModelUnavailable(f"circuit breaker {self._guard.name} is open")
                    answer = self._attempt(breaker, scenario, prompt, attempt)
                    if answer is not None:
                        current.set_attribute("attempts", attempt)
                        return answer
                raise ModelUnavailable(f"no answer from {c.MODEL} in {c.MODEL_ATTEMPTS} attempts")
            except ModelUnavailable as error:
                self._telemetry.journal.write(
                    "ERROR", "model unavailable", model=c.MODEL, breaker=breaker.state, error=str(error)
                )
                raise

    def _attempt(self, breaker: Breaker, scenario: Scenario, prompt: str, attempt: int) -> Answer | None:
        body = {**scenario.as_json(), "prompt": prompt, "attempt": attempt}
        try:
            answer = self._peers.post(c.LLM, c.ROUTE_CHAT, body)
        except UpstreamError as error:
            self._telemetry.journal.write("WARN", "model call failed", attempt=attempt, error=error.error)
            self._guard.ended(breaker, well=False)
            return None
        self._guard.ended(breaker, well=True)
        return answer


def compose(scenario: Scenario, texts: Sequence[str]) -> str:
    """What the model is asked: what was found out, and the question. Raises MemoryError for the fault `worker-dies`."""
    if scenario.worker_dies:
        raise MemoryError("the prompt has no room")
    return "\n".join([*texts, scenario.question])


def build(surroundings: Surroundings) -> Parts:
    """The orchestrator's parts."""
    peers = surroundings.peers
    dependencies = (
        Dependency(c.ROUTER, "http", lambda: peers.probe(c.ROUTER)),
        Dependency(c.LLM, "http", lambda: peers.probe(c.LLM)),
        Dependency(c.TOOLS, "http", lambda: peers.probe(c.TOOLS)),
    )
    return Parts({c.ROUTE_ORCHESTRATE: Orchestrator(surroundings).process}, dependencies)
