"""Was telemetry turned away, or taken and then dropped, and why?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.backends.prometheus.dropped import SELECTOR, refusals_of
from phoenix_dev.doctor.metrics import last_samples
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.model.moment import in_utc
from phoenix_dev.signals.names import DISCARDED_LOGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phoenix_dev.model.refusal import Refusal
    from phoenix_dev.model.series import Series

_MOST = 5
_ENV = 'eval "$(phoenix-dev env)"'
_PROMETHEUS = {
    "prometheus_tsdb_too_old_samples_total": "they were more than two hours older than the newest",
    "prometheus_tsdb_out_of_bound_samples_total": "their times were too far from now",
}
_SIGNAL_OF = {DISCARDED_LOGS: "logs", **dict.fromkeys(_PROMETHEUS, "metrics")}
_DISCARDS = f'{{__name__=~"{DISCARDED_LOGS}|{"|".join(_PROMETHEUS)}"}}'
#: Why Loki drops a record (its "discarded samples"), in words.
_LOKI = {
    "too_far_behind": "they were more than two hours older than the newest of their stream",
    "out_of_order": "they came out of order",
    "greater_than_max_sample_age": "they were older than logs are kept (retention.logs)",
    "too_far_in_future": "their clock is ahead by more than ten minutes",
    "structured_metadata_too_large": "their attributes were too large",
    "structured_metadata_too_many": "they had too many attributes",
    "line_too_long": "their text was too long",
    "rate_limited": "there were too many at once",
    "per_stream_rate_limit": "there were too many at once of one service",
    "stream_limit": "there were too many streams",
}


def by_the_engine(refused: Sequence[Refusal]) -> Iterator[Finding]:
    """What the embedded engine remembers, the latest first."""
    latest = sorted(refused, key=lambda one: one.last_ns, reverse=True)
    for one in latest[:_MOST]:
        what = f"{one.count:,} × {one.signal or 'requests'} over {one.protocol}"
        at = in_utc("%H:%M:%S", one.last_ns)
        who = ", ".join(filter(None, (one.service, one.peer)))
        fix = _ENV if "OTEL_" in one.reason else "phoenix-dev status"
        yield Finding("refused", Severity.WARNING, f"{what}, last at {at} UTC: {one.reason}", who, fix)
    if len(latest) > _MOST:
        what = f"{len(latest) - _MOST} more reasons, each of which status shows"
        yield Finding("refused", Severity.WARNING, what, fix="phoenix-dev status")
    if not latest:
        yield Finding("refused", Severity.OK, "nothing was turned away since the engine started")


def by_the_stack(prometheus: str, names: Mapping[str, str]) -> Iterator[Finding]:
    """What the collector, Loki and Prometheus counted since they started. `prometheus` is the URL of Prometheus,
    `names` are the containers' by part.
    """
    series = [one for one in last_samples(prometheus, _DISCARDS) if one.samples[-1][1] > 0]
    backends = [_by_a_backend(one, names) for one in series]
    # Of an export that was refused in part the collector counts the whole; who refused it knows better, and why.
    told = {_SIGNAL_OF[one.labels["__name__"]] for one in series}
    counted = refusals_of(last_samples(prometheus, SELECTOR), 0)
    others = [one for one in counted if one.protocol or one.signal not in told]
    found = [*(_by_the_collector(one, names) for one in others), *backends]
    yield from found or [Finding("refused", Severity.OK, "nothing was turned away or dropped since the stack started")]


def _by_the_collector(one: Refusal, names: Mapping[str, str]) -> Finding:
    name = names.get("collector", "")
    verb = "dropped" if not one.protocol else f"refused over {one.protocol}"
    what = f"{one.items:,} {_ITEMS.get(one.signal, 'items')} were {verb}: {one.reason}"
    return Finding("refused", Severity.WARNING, what, name, _logs(name))


_ITEMS = {"traces": "spans", "logs": "log records", "metrics": "metric points"}


def _by_a_backend(one: Series, names: Mapping[str, str]) -> Finding:
    counter, count = one.labels["__name__"], one.samples[-1][1]
    if counter == DISCARDED_LOGS:
        reason = one.labels.get("reason", "")
        name = names.get("loki", "")
        why = _LOKI.get(reason, "Loki says no more than that")
        what = f"Loki dropped {count:,.0f} log records ({reason}): {why}"
    else:
        name = names.get("prometheus", "")
        what = f"Prometheus dropped {count:,.0f} samples: {_PROMETHEUS[counter]}"
    return Finding("refused", Severity.WARNING, what, name, _logs(name))


def _logs(name: str) -> str:
    return f"docker logs --tail 50 {name}" if name else "phoenix-dev status"
