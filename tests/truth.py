"""What requests of the demo system must have caused, compared with what a stack says of them.

The ground truth is computed from seed and scenario alone (phoenix_dev/demo/truth.py); `demo traffic --json` prints it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from phoenix_dev.demo.faults import FAULTS
from phoenix_dev.model.log import level_of

if TYPE_CHECKING:
    from phoenix_dev.model.request import Request
    from tests.stack import RunningStack

#: 1,000 requests, 200 of them faulty; so many at a time that those that wait cost no time.
TRAFFIC = ("--count", "1000", "--fault-every", "5", "--seed", "0", "--concurrency", "32")
IDS = ("trace_id", "traceparent", "correlation_id", "request_id")


def send_traffic(stack: RunningStack) -> list[dict[str, Any]]:
    """Run the demo, send every request, stop it; each with its IDs and its truth."""
    stack.run("demo", "start")
    try:
        faults = [word for fault in FAULTS for word in ("--fault", fault)]
        lines = stack.run("demo", "traffic", "--json", *TRAFFIC, *faults, timeout=180).json_lines()
    finally:
        stack.run("demo", "stop")
    assert len(lines) == 1000
    assert sum(bool(line["fault"]) for line in lines) == 200
    assert {line["fault"] for line in lines} == {"", *FAULTS}
    return list(lines)


def truths(line: dict[str, Any], id_name: str) -> list[dict[str, Any]]:
    """A trace ID leads to the request's own trace; a correlation or request ID to the torn-off one as well."""
    traces: list[dict[str, Any]] = line["truth"]["traces"]
    return traces[:1] if id_name in ("trace_id", "traceparent") else traces


def expected(line: dict[str, Any], id_name: str) -> tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]:
    spans: Counter[tuple[str, ...]] = Counter()
    logs: Counter[tuple[str, ...]] = Counter()
    for truth in truths(line, id_name):
        for *key, count in truth["spans"]:
            spans[tuple(key)] += count
        for *key, count in truth["logs"]:
            logs[tuple(key)] += count
    return spans, logs


def spans_of(found: Request) -> Counter[tuple[str, ...]]:
    return Counter((s.service, s.name, s.kind, s.status) for trace in found.traces for s in trace.spans)


def logs_of(found: Request) -> Counter[tuple[str, ...]]:
    return Counter((r.service, level_of(r.severity_number), r.message) for r in found.all_logs)


def expect_the_commands_to_say_it(stack: RunningStack, lines: list[dict[str, Any]]) -> None:
    """`trace` and `logs` as whole commands: each request by another of its IDs."""
    for index, line in enumerate(lines):
        id_name = IDS[index % len(IDS)]
        spans, logs = expected(line, id_name)
        shown = stack.run("trace", line[id_name], "--json").json()["traces"]
        rows = Counter((s["service"], s["name"], s["kind"], s["status"]) for trace in shown for s in trace["spans"])
        assert rows == spans, line
        assert Counter(_key(log) for trace in shown for log in trace["logs"]) == logs, line
        told = stack.run("logs", "--correlation", line[id_name], "--json").json_lines()
        assert Counter(map(_key, told)) == logs, line
        assert [log["timestamp"] for log in told] == sorted(log["timestamp"] for log in told)


def _key(log: dict[str, Any]) -> tuple[str, ...]:
    return log["service"], log["level"], log["message"]


def requests_expected(sent: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Of each service how many requests it got, and how many of them failed."""
    every: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for line in sent:
        for service, _, kind, status, count in line["truth"]["spans"]:
            if kind in ("server", "consumer"):
                every[service] += count
                failed[service] += count * (status == "error")
    return {service: (every[service], failed[service]) for service in every}


def used_expected(sent: list[dict[str, Any]]) -> dict[str, int]:
    """How often services used what they use, by their own count."""
    found: Counter[str] = Counter()
    for line in sent:
        business = line["business"]
        llm, cache = business.get("llm", {}), business.get("cache", {})
        found["llm"] += llm.get("requests", 0)
        found["tokens"] += llm.get("input_tokens", 0) + llm.get("output_tokens", 0)
        found["cache"] += cache.get("hits", 0) + cache.get("misses", 0)
        found["hits"] += cache.get("hits", 0)
        found["knowledge_base"] += business.get("knowledge_base", {}).get("queries", 0)
        found["tools"] += sum(sum(tool.values()) for tool in business.get("tools", {}).values())
    return dict(found)


def requests_told(metrics: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """What `metrics --json` says of each service's requests."""
    return {row["service"]: (row["requests"], row["errors"]) for row in metrics.get("services", ())}


def used_told(metrics: dict[str, Any]) -> dict[str, int]:
    """What `metrics --json` says of what services use."""

    def total(group: str, *keys: str) -> int:
        return sum(row.get(key) or 0 for row in metrics.get(group, ()) for key in keys)

    return {
        "llm": total("llm", "requests"),
        "tokens": total("llm", "input_tokens", "output_tokens"),
        "cache": total("caches", "requests"),
        "hits": total("caches", "hits"),
        "knowledge_base": total("knowledge_bases", "requests"),
        "tools": total("tools", "requests"),
    }
