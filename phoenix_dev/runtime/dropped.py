"""What the collector turned away, or took and could not pass on, by its own metrics in Prometheus."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from phoenix_dev.model.refusal import Protocol, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_S = 1.0
_SIGNALS = {"spans": "traces", "log_records": "logs", "metric_points": "metrics"}
_PROTOCOLS: dict[str, Protocol] = {"http": "http", "grpc": "grpc"}
#: What the collector counts (its "internal telemetry"), and what that means.
_REASONS = {
    "otelcol_receiver_refused": "the collector could not take them: it was short of memory or its queue was full",
    "otelcol_exporter_send_failed": "{exporter} refused them for good; docker logs of the collector says why",
    "otelcol_exporter_enqueue_failed": "the queue to {exporter} was full",
}
_QUERY = '{__name__=~"(' + "|".join(_REASONS) + ")_(" + "|".join(_SIGNALS) + ')"} > 0'


@dataclass(frozen=True, slots=True)
class Dropped:
    """Asks the Prometheus on a port of this machine. What does not answer knows of nothing."""

    port: int

    def refusals(self, since_ns: int) -> tuple[Refusal, ...]:
        """Everything the collector counted since it started at `since_ns`, latest scrape."""
        return tuple(_refusals(self._series(_QUERY), since_ns))

    def _series(self, query: str) -> list[dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        try:
            connection.request("GET", f"/api/v1/query?query={quote(query)}")
            found: list[dict[str, Any]] = json.loads(connection.getresponse().read())["data"]["result"]
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return []
        finally:
            connection.close()
        return found


def _refusals(series: list[dict[str, Any]], since_ns: int) -> Iterator[Refusal]:
    for one in series:
        labels, (_, value) = one["metric"], one["value"]
        counter = str(labels["__name__"])
        name = next(known for known in _REASONS if counter.startswith(known))
        yield Refusal(
            protocol=_PROTOCOLS.get(labels.get("transport", ""), ""),
            signal=_SIGNALS[counter.removeprefix(f"{name}_")],
            reason=_REASONS[name].format(exporter=labels.get("exporter", "")),
            service="",
            items=int(float(value)),
            count=0,
            first_ns=since_ns,
            last_ns=time.time_ns(),
        )
