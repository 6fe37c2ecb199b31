"""The demo as a system that knows nothing of OTLP logs: its services write files, which the stack follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phoenix_dev.demo import system
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases.environment import environment
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.stack import RunningStack

#: Each of the demo's faults in every third request.
_TRAFFIC = (("slow-llm", 1), ("llm-errors", 2), ("lost-context", 3))
_COUNT = 40


def send_and_follow(stack: RunningStack, seconds: float) -> list[dict[str, Any]]:
    """Every request with its IDs and its truth. All of the demo's files have been read, within so many seconds."""
    variables = {**environment(stack.endpoints["otlp_http"]), "OTEL_LOGS_EXPORTER": "none"}
    system.start(stack.home / "projects" / stack.project, variables)
    lines = []
    try:
        for fault, seed in _TRAFFIC:
            arguments = ("--count", str(_COUNT), "--fault", fault, "--fault-every", "3", "--seed", str(seed))
            lines += stack.run("demo", "traffic", "--json", *arguments, timeout=180).json_lines()
    finally:
        stack.run("demo", "stop")
    caused = sum(count for line in lines for *_, count in line["truth"]["logs"])
    wait_until(lambda: len(with_trace(stack)) >= caused, seconds, what="the last line of the demo's files")
    return lines


def with_trace(stack: RunningStack) -> list[Any]:
    """The log records that belong to a trace."""
    return [record for record in stack.stores.logs.search(LogFilter(), None).records if record.trace_id]
