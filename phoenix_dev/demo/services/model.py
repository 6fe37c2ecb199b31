"""llm-service: a stand-in for a language model, with the latency and the failures that a scenario asks for."""

from __future__ import annotations

from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

from phoenix_dev.demo.business import INPUT_TOKENS, LLM_FAILURES, LLM_REQUESTS, OUTPUT_TOKENS
from phoenix_dev.demo.catalogue import MODEL, MODEL_TIMEOUT_MS, ROUTE_CHAT
from phoenix_dev.demo.instruments import model_duration, model_tokens
from phoenix_dev.demo.services import Parts, Surroundings
from phoenix_dev.demo.spans import ServiceError, span

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from phoenix_dev.demo.application import Call
    from phoenix_dev.demo.scenario import Scenario

_LABELS = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "phoenix", "gen_ai.request.model": MODEL}


class ModelTimeout(ServiceError):
    """The model took longer than it may."""

    status_code = 504


class ModelOverloaded(ServiceError):
    """The model takes no more requests right now."""

    status_code = 503


class ModelService:
    """Answers `POST /v1/chat`."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._telemetry = surroundings.telemetry
        self._tally = surroundings.tally
        self._duration = model_duration(surroundings.telemetry.meter)
        self._tokens = model_tokens(surroundings.telemetry.meter)

    def chat(self, call: Call) -> dict[str, Any]:
        """Complete a prompt."""
        scenario, started = call.scenario(), perf_counter()
        prompt, attempt = str(call.body.get("prompt", scenario.question)), int(call.body.get("attempt", 1))
        with span(self._telemetry.tracer, f"chat {MODEL}", attributes=_LABELS) as current:
            failure = ""
            self._tally.add(LLM_REQUESTS)
            try:
                text = complete(scenario, prompt, attempt)
            except ServiceError as error:
                failure = type(error).__name__
                self._tally.add(LLM_FAILURES)
                self._telemetry.journal.write("ERROR", str(error), model=MODEL, attempt=attempt)
                raise
            finally:
                labels = {**_LABELS, "error.type": failure} if failure else _LABELS
                self._duration.record(perf_counter() - started, labels)
            used = self._count(current, prompt, text)
            elapsed = (perf_counter() - started) * 1000
            self._telemetry.journal.write("INFO", "completion ready", duration_ms=elapsed, **used)
        return {"text": text, "usage": used}

    def _count(self, current: Span, prompt: str, text: str) -> dict[str, int]:
        used = {"input_tokens": len(prompt.split()), "output_tokens": len(text.split())}
        current.set_attributes(
            {
                "gen_ai.response.model": MODEL,
                "gen_ai.usage.input_tokens": used["input_tokens"],
                "gen_ai.usage.output_tokens": used["output_tokens"],
                "gen_ai.response.finish_reasons": ["stop"],
            }
        )
        for kind, name in (("input", INPUT_TOKENS), ("output", OUTPUT_TOKENS)):
            self._tally.add(name, used[f"{kind}_tokens"])
            self._tokens.record(used[f"{kind}_tokens"], {**_LABELS, "gen_ai.token.type": kind})
        return used


def complete(scenario: Scenario, prompt: str, attempt: int) -> str:
    """The stand-in's answer: the first sentence of the prompt. Takes `llm_ms`; fails the first `llm_failures` attempts.

    Raises ModelTimeout after the time it may take for the fault `slow-llm`, ModelOverloaded at once for any other.
    """
    if attempt <= scenario.llm_failures:
        if scenario.fault == "slow-llm":
            sleep(MODEL_TIMEOUT_MS / 1000)
            raise ModelTimeout(f"model timed out after {MODEL_TIMEOUT_MS} ms")
        raise ModelOverloaded("model overloaded")
    sleep(scenario.llm_ms / 1000)
    return prompt.partition(".")[0] + "."


def build(surroundings: Surroundings) -> Parts:
    """The model's parts."""
    return Parts({ROUTE_CHAT: ModelService(surroundings).chat})
