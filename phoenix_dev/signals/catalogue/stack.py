"""The stack watches itself: its parts answer, and what they are sent is neither refused nor lost nor left lying."""

from __future__ import annotations

from phoenix_dev.signals.indicator import Indicator, Level
from phoenix_dev.signals.names import (
    CORE_PARTS,
    DISCARDED_LOGS,
    OPTIONAL_PARTS,
    OVERVIEW_DASHBOARD,
    QUEUE_FULL,
    QUEUE_SIZE,
    REFUSED,
    SEND_FAILED,
)

_COLLECTOR = '{job="otel-collector"}'
_WAITING = f"max by (exporter, data_type) ({QUEUE_SIZE}{_COLLECTOR})"
_WAITED = f"max by (exporter, data_type) ({QUEUE_SIZE}{_COLLECTOR} offset {{window}})"


def _any_of(counters: tuple[str, ...], by: str) -> str:
    """Of counters that differ in name alone the first that grows (a second): which it is does not matter."""
    return " or ".join(f"sum by ({by}) (rate({counter}{_COLLECTOR}[{{window}}])) > 0" for counter in counters)


_PART_DOWN = """\
1. `phoenix-dev status`: which part does not run, since when, and its last words.
2. `phoenix-dev doctor`: what it may be, with a fix to run.
3. `phoenix-dev up`: starts what has ended. What was sent meanwhile waits in the collector's queue.
"""

STACK = (
    Indicator(
        name="core_part",
        alert="StackPartDown",
        title="Parts of the stack",
        group="stack",
        source="metric",
        unit="bool",
        expression=f'up{{job=~"{"|".join(CORE_PARTS)}"}}',
        labels=("job", "instance"),
        levels=(Level("critical", 1, 60),),
        summary="{{ $labels.job }} does not answer",
        description="Prometheus gets no answer from {{ $labels.instance }}. Without {{ $labels.job }} the stack keeps"
        " nothing of what it is for.",
        runbook=_PART_DOWN,
        dashboard=OVERVIEW_DASHBOARD,
        above=False,
    ),
    Indicator(
        name="optional_part",
        alert="StackPartDown",
        title="Optional parts of the stack",
        group="stack",
        source="metric",
        unit="bool",
        # These may be left out: only one that answered within the last day is missed.
        expression=f'up{{job=~"{"|".join(OPTIONAL_PARTS)}"}} and max_over_time(up[1d]) > 0',
        labels=("job", "instance"),
        levels=(Level("warning", 1, 60),),
        summary="{{ $labels.job }} does not answer",
        description="Prometheus gets no answer from {{ $labels.instance }}. The stack works without {{ $labels.job }}.",
        runbook=_PART_DOWN,
        dashboard=OVERVIEW_DASHBOARD,
        above=False,
    ),
    Indicator(
        name="telemetry_refused",
        alert="TelemetryRefused",
        title="Refused telemetry",
        group="stack",
        source="metric",
        unit="per_s",
        expression=_any_of(REFUSED, "receiver"),
        labels=("receiver",),
        levels=(Level("warning", 0, 60), Level("critical", 0, 600)),
        summary="The collector refuses {{ $value }} of what it is sent",
        description="The collector's receiver {{ $labels.receiver }} turned {{ $value }} items away. Senders try again,"
        " and drop what they cannot keep.",
        runbook="""\
1. `phoenix-dev status`: what was refused, and why.
2. Short of memory: does one service send far more than the others? `phoenix-dev services --since 15m`.
3. Full queues: a store behind the collector does not take what it should; `phoenix-dev doctor` says which.
""",
        dashboard=OVERVIEW_DASHBOARD,
    ),
    Indicator(
        name="telemetry_dropped",
        alert="TelemetryDropped",
        title="Dropped telemetry",
        group="stack",
        source="metric",
        unit="per_s",
        expression=f"{_any_of(SEND_FAILED + QUEUE_FULL, 'exporter')}"
        f" or sum by (reason) (rate({DISCARDED_LOGS}[{{window}}])) > 0",
        labels=("exporter", "reason"),
        levels=(Level("warning", 0, 0), Level("critical", 0, 300)),
        summary="{{ $value }} of what was taken is lost",
        description="What was taken could not be kept and will not be tried again, {{ $value }} items:"
        " {{ $labels.exporter }}{{ $labels.reason }}.",
        runbook="""\
1. `phoenix-dev status`: what was dropped, and why.
2. `docker logs` of the collector, or of Loki: the answer that it got, or gave.
3. Logs that are too old, or labels that are too many: the sender has to change. All else: `phoenix-dev doctor`.
""",
        dashboard=OVERVIEW_DASHBOARD,
    ),
    Indicator(
        name="export_queue",
        alert="ExportQueueGrowing",
        title="Growing queues",
        group="stack",
        source="metric",
        unit="count",
        # One that becomes shorter is on its way back to empty.
        expression=f"{_WAITING} and {_WAITING} >= {_WAITED}",
        labels=("exporter", "data_type"),
        levels=(Level("warning", 100, 120), Level("critical", 10_000, 300)),
        summary="The queue to {{ $labels.exporter }} holds {{ $value }} requests and grows",
        description="{{ $value }} requests with {{ $labels.data_type }} wait in the collector for"
        " {{ $labels.exporter }}, no fewer than a minute ago.",
        runbook="""\
1. `phoenix-dev status`: does the store behind it run? What it cannot take now waits, for a day (metrics: two hours).
2. `phoenix-dev doctor`: is a disk full, is a store short of memory?
3. It runs and is well: then more is sent than it takes. `phoenix-dev services --since 15m` says by whom.
""",
        dashboard=OVERVIEW_DASHBOARD,
    ),
)
