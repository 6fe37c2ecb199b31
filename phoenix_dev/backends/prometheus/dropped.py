"""What the collector turned away, or took and could not pass on, by its own metrics in Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.refusal import Protocol, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phoenix_dev.model.series import Series

_SIGNALS = {"spans": "traces", "log_records": "logs", "metric_points": "metrics"}
_PROTOCOLS: dict[str, Protocol] = {"http": "http", "grpc": "grpc"}
#: What the collector counts (its "internal telemetry"), and what that means.
_REASONS = {
    "otelcol_receiver_refused": "the collector could not take them: it was short of memory or its queue was full",
    "otelcol_exporter_send_failed": "{exporter} refused them for good; docker logs of the collector says why",
    "otelcol_exporter_enqueue_failed": "the queue to {exporter} was full",
}
#: The series to ask for. Prometheus asks the collector every 15 s: the last sample of a minute counts.
SELECTOR = '{__name__=~"(' + "|".join(_REASONS) + ")_(" + "|".join(_SIGNALS) + ')"}'


def refusals_of(found: Iterable[Series], since_ns: int) -> Iterator[Refusal]:
    """What is counted in these series, since the collector started at `since_ns`."""
    for series in found:
        if not series.samples or not series.samples[-1][1] > 0:
            continue
        last_ns, value = series.samples[-1]
        counter = series.labels["__name__"]
        name = next(known for known in _REASONS if counter.startswith(known))
        yield Refusal(
            protocol=_PROTOCOLS.get(series.labels.get("transport", ""), ""),
            signal=_SIGNALS[counter.removeprefix(f"{name}_")],
            reason=_REASONS[name].format(exporter=series.labels.get("exporter", "")),
            service="",
            items=int(value),
            count=0,
            first_ns=since_ns,
            last_ns=last_ns,
        )
