"""Does what was taken wait somewhere, more and more of it?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from phoenix_dev.doctor.examination import Skip
from phoenix_dev.doctor.metrics import last_samples
from phoenix_dev.model.amount import size
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.signals.names import QUEUE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phoenix_dev.model.series import Series

#: Shares of a queue's capacity: from the first on it is told of, from the second on senders soon have to wait.
FILLING, FULL = 0.1, 0.9
_LOOKS, _SOME = 3, 10
_CAPACITY = "otelcol_exporter_queue_capacity"
#: By the name of an exporter (after its type): who takes what it sends.
_TAKERS = {"normal": "jaeger", "errors": "jaeger", "loki": "loki", "prometheus": "prometheus"}


def collector_queues(prometheus: str, names: Mapping[str, str]) -> Iterator[Finding]:
    """The collector's queues on disk, by its own metrics. `names` are the containers' by part."""
    series = last_samples(prometheus, f'{{__name__=~"{QUEUE_SIZE}|{_CAPACITY}"}}')
    capacities = {_key(one): one.samples[-1][1] for one in series if one.labels["__name__"] == _CAPACITY}
    queues = [one for one in series if one.labels["__name__"] == QUEUE_SIZE]
    found = [finding for one in queues if (finding := _queue(one, capacities.get(_key(one), 0.0), names))]
    if found:
        yield from found
    elif queues:
        waiting = int(sum(one.samples[-1][1] for one in queues))
        yield Finding("queue", Severity.OK, f"the collector's queues hold {waiting:,} requests")
    else:
        raise Skip("Prometheus asks the collector every 15 s and has not done so yet")


def engine_queue(queued_bytes: int) -> Iterator[Finding]:
    """What waits in the embedded engine's memory for its commit."""
    from phoenix_dev.telemetry.writer import MAX_QUEUED_BYTES

    share = queued_bytes / MAX_QUEUED_BYTES
    if share < 0.5:
        yield Finding("queue", Severity.OK, f"{size(queued_bytes)} wait to be written")
        return
    what = f"{size(queued_bytes)} wait to be written, {share:.0%} of what may wait; senders are told to come later"
    yield Finding("queue", Severity.ERROR if share >= FULL else Severity.WARNING, what, fix="phoenix-dev status")


def grows(samples: Sequence[tuple[int, float]]) -> bool:
    """Whether there was more in a queue at each of the last looks; a busy one has something for a moment only."""
    values = [value for _, value in samples[-_LOOKS:]]
    rises = all(later > earlier > 0 for earlier, later in pairwise(values))
    return len(values) == _LOOKS and rises and values[-1] >= _SOME


def _queue(one: Series, capacity: float, names: Mapping[str, str]) -> Finding | None:
    waiting = one.samples[-1][1]
    share = waiting / capacity if capacity else 0.0
    if share < FILLING and not grows(one.samples):
        return None
    exporter = one.labels.get("exporter", "")
    taker = _TAKERS.get(exporter.partition("/")[2], "")
    more = " and grows" if grows(one.samples) else ""
    what = f"the queue to {taker or exporter} holds {waiting:,.0f} of {capacity:,.0f} requests{more}"
    name = names.get(taker, "")
    fix = f"docker logs --tail 20 {name}" if name else "phoenix-dev up"
    return Finding("queue", Severity.ERROR if share >= FULL else Severity.WARNING, what, exporter, fix)


def _key(one: Series) -> tuple[str, str]:
    return one.labels.get("exporter", ""), one.labels.get("data_type", "")
