"""How many log records there were, by service and severity."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

from phoenix_dev.model.log import level_of
from phoenix_dev.model.otlp import service_of

if TYPE_CHECKING:
    from phoenix_dev.telemetry.series.newest import Place
    from phoenix_dev.watching.ledger import Key, Ledger

KIND = "log"
#: The name of what is counted.
RECORDS = "phoenix_log_records_total"
#: Services and severities that are counted apart; what is more is counted together, without a service.
_MOST_COUNTERS = 5_000


class LogCounts:
    """Counts log records."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._counts: Counter[Key] = Counter()
        self._places: dict[Key, Place] = {}
        for key, place in ledger.kept(KIND):
            self._places[key] = place
            self._counts[key] = int(place.values[0])

    def add(self, block: bytes) -> None:
        """Count the records of a block. Raises DecodeError."""
        for group in LogsData.FromString(block).resource_logs:
            service = service_of(group.resource)
            for scoped in group.scope_logs:
                for number, count in Counter(record.severity_number for record in scoped.log_records).items():
                    self._counts[self._key(service, level_of(number))] += count

    def flush(self, since_ms: int, now_ms: int) -> None:
        """Put what was counted where the next frame takes it from; what was counted first since the last flush, which
        was at `since_ms`, began then.
        """
        for key in self._counts.keys() - self._places.keys():
            labels = {"__name__": RECORDS, "service_name": key[1], "severity": key[2]}
            told = {name: text for name, text in labels.items() if text}
            self._places[key] = self._ledger.open(key, [told], since_ms)
        for key, place in self._places.items():
            place.put(now_ms, array("d", [self._counts[key]]))

    def _key(self, service: str, severity: str) -> Key:
        key = (KIND, service[:1_024], severity)
        return key if key in self._counts or len(self._counts) < _MOST_COUNTERS else (KIND, "", severity)
