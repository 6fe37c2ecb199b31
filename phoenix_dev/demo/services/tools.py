"""tool-service: small tools that the orchestrator may use."""

from __future__ import annotations

import re
from time import perf_counter
from typing import TYPE_CHECKING, Any

from phoenix_dev.demo.application import Call, NoSuchRoute
from phoenix_dev.demo.business import executions
from phoenix_dev.demo.catalogue import ROUTE_TOOL, TOOL_NAMES
from phoenix_dev.demo.instruments import tool_duration
from phoenix_dev.demo.services import Parts, Surroundings
from phoenix_dev.demo.spans import ServiceError, span

if TYPE_CHECKING:
    from collections.abc import Mapping


class ToolFailed(ServiceError):
    """The tool did not do what it is there for."""


class ToolService:
    """Answers `POST /v1/tools/{tool}`."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._telemetry = surroundings.telemetry
        self._tally = surroundings.tally
        self._duration = tool_duration(surroundings.telemetry.meter)

    def use(self, call: Call) -> dict[str, Any]:
        """Run one tool on a text."""
        tool = call.variables["tool"]
        if tool not in TOOL_NAMES:
            raise NoSuchRoute("no such tool")
        started = perf_counter()
        attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
        labels = {"tool.name": tool}
        with span(self._telemetry.tracer, f"execute_tool {tool}", attributes=attributes):
            try:
                text = run(tool, call.body)
            except Exception as error:
                labels["error.type"] = type(error).__name__
                self._telemetry.journal.write("ERROR", "tool failed", tool=tool, error=str(error))
                raise
            finally:
                self._tally.add(executions(tool, failed="error.type" in labels))
                self._duration.record(perf_counter() - started, labels)
            elapsed = (perf_counter() - started) * 1000
            self._telemetry.journal.write("INFO", "tool finished", duration_ms=elapsed, tool=tool)
        return {"text": text}


def run(tool: str, body: Mapping[str, Any]) -> str:
    """The tool's finding about `text`, as a sentence for the prompt. Raises ToolFailed for the fault `tool-errors`."""
    if body.get("fault") == "tool-errors":
        raise ToolFailed(f"{tool} ended unexpectedly")
    text = str(body["text"])
    if tool == "calculator":
        numbers = [int(digits) for digits in re.findall(r"\d{1,15}", text)]
        return f"The numbers in the question add up to {sum(numbers)}."
    return f"The question has {len(text.split())} words."


def build(surroundings: Surroundings) -> Parts:
    """The tools' parts."""
    return Parts({ROUTE_TOOL: ToolService(surroundings).use})
