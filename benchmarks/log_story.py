"""Log lines of an hour and a quarter as a system like the demo writes them, with three things in the last quarter of an
hour that were not before: a new error, a line that comes eight times as often, a heartbeat that stops.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from phoenix_dev.model.log import LogLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SECOND = 10**9
MINUTE = 60 * SECOND
RECENT = 15 * MINUTE
BASELINE = 4 * RECENT
NEW_ERROR = "quota of key k-‹*› exhausted, retry in ‹*›"
RATE_JUMP = "cache entry of topic billing evicted after ‹*›"
HEARTBEAT = "worker alive, ‹*› jobs waiting"
PLANTED = {("new", NEW_ERROR), ("more", RATE_JUMP), ("vanished", HEARTBEAT)}

_TOPICS = ("billing", "delivery", "returns", "accounts")
_TOOLS = ("calculator", "calendar", "search", "translator", "weather")
_NAMES = tuple(f"{first}{last}" for first in ("al", "bo", "ce", "da", "ev", "fi") for last in ("ra", "mi", "to", "ne"))
#: What one request makes its services write, in order: service, severity, chance, message.
_STEPS: tuple[tuple[str, int, float, Callable[[random.Random], str]], ...] = (
    ("api-gateway", 9, 1, lambda _: "request received"),
    ("api-gateway", 5, 1, lambda r: f"caller {r.choice(_NAMES)} authenticated"),
    ("orchestrator", 9, 1, lambda r: f"request accepted for user user-{r.randrange(900)}"),
    ("data-router", 5, 1, lambda r: f"cache {r.choice(('hit', 'miss'))}"),
    ("data-router", 9, 1, lambda r: f"context gathered from {r.choice(_TOPICS)} in {r.randrange(90)} ms"),
    ("knowledge-base", 1, 1, lambda r: f"{r.randrange(40)} rows read from documents"),
    ("knowledge-base", 9, 1, lambda r: f'documents found for "{r.choice(_TOPICS)} {r.randrange(99)}"'),
    ("orchestrator", 5, 1, lambda r: f"prompt composed of {r.randrange(2, 9)} inputs"),
    ("llm-service", 13, 0.02, lambda r: f"model slow: {r.uniform(1, 9):.1f} s, attempt {r.randrange(1, 4)}"),
    ("llm-service", 17, 0.01, lambda r: f"model timed out after {r.randrange(900, 1100)} ms"),
    ("orchestrator", 13, 0.01, lambda r: f"model call failed, attempt={r.randrange(1, 4)} error=timeout"),
    ("llm-service", 9, 1, lambda r: f"completion ready, tokens={r.randrange(20, 900)}"),
    ("tool-service", 9, 0.6, lambda r: f"tool {r.choice(_TOOLS)} finished in {r.uniform(1, 90):.3f} ms"),
    ("tool-service", 17, 0.002, lambda r: f"tool {r.choice(_TOOLS)} failed\nTraceback of {r.getrandbits(64):x}"),
    ("orchestrator", 9, 1, lambda r: f"answer ready in {r.randrange(90, 2000)} ms"),
    ("api-gateway", 9, 1, lambda r: f"request completed with 200 for 10.0.{r.randrange(9)}.{r.randrange(250)}:443"),
)
SERVICES = tuple(sorted({service for service, *_ in _STEPS}))
_LINES_A_REQUEST = sum(chance for _, _, chance, _ in _STEPS)


@dataclass(frozen=True, slots=True)
class Story:
    """About `count` lines that end at `until_ns`, the same for the same seed. The names of services end in `mark`."""

    count: int
    until_ns: int
    seed: int = 6
    mark: str = ""

    @property
    def since_ns(self) -> int:
        """Where the last quarter of an hour begins."""
        return self.until_ns - RECENT

    def lines(self) -> list[LogLine]:
        """All of them by time."""
        rng = random.Random(self.seed)
        begin = self.until_ns - RECENT - BASELINE
        found = [*self._planted(rng, begin)]
        for _ in range(round((self.count - len(found)) / _LINES_A_REQUEST)):
            found += _request(rng, begin + rng.randrange(RECENT + BASELINE - MINUTE))
        return sorted(line._replace(service=line.service + self.mark) for line in found)

    def _planted(self, rng: random.Random, begin: int) -> Iterator[LogLine]:
        since = self.since_ns
        for number in range((since + 2 * MINUTE - begin) // (15 * SECOND)):
            at = begin + number * 15 * SECOND + rng.randrange(SECOND)
            yield LogLine(at, "orchestrator", 9, f"worker alive, {rng.randrange(9)} jobs waiting", "")
        for first, length, count in ((begin, BASELINE, 40), (since, RECENT, 80)):
            for _ in range(count):
                took = rng.randrange(2, 60)
                yield LogLine(
                    first + rng.randrange(length),
                    "data-router",
                    9,
                    f"cache entry of topic billing evicted after {took} s",
                    _trace_id(rng),
                )
        for number in range(12):
            message = f"quota of key k-{rng.getrandbits(32):08x}0 exhausted, retry in {rng.randrange(2, 60)} s"
            yield LogLine(since + 5 * MINUTE + number * 40 * SECOND, "llm-service", 17, message, _trace_id(rng))


def _request(rng: random.Random, at: int) -> Iterator[LogLine]:
    trace_id = _trace_id(rng)
    for service, severity, chance, say in _STEPS:
        at += rng.randrange(20 * 10**6)
        if rng.random() < chance:
            yield LogLine(at, service, severity, say(rng), trace_id)


def _trace_id(rng: random.Random) -> str:
    return f"{rng.getrandbits(128) | 1:032x}"


def exports(lines: Iterable[LogLine], size: int = 500) -> Iterator[ExportLogsServiceRequest]:
    """Lines as services send them: of each one export for so many lines of all."""
    waiting = iter(lines)
    while batch := list(islice(waiting, size)):
        for service in sorted({line.service for line in batch}):
            export = ExportLogsServiceRequest()
            group = export.resource_logs.add()
            name = group.resource.attributes.add(key="service.name")
            name.value.string_value = service
            scoped = group.scope_logs.add()
            scoped.scope.name = "phoenix.log"
            for line in batch:
                if line.service == service:
                    record = scoped.log_records.add(
                        time_unix_nano=line.time_ns,
                        observed_time_unix_nano=line.time_ns,
                        severity_number=line.severity_number,
                        trace_id=bytes.fromhex(line.trace_id),
                    )
                    record.body.string_value = line.message
            yield export
