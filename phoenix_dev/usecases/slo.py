"""`slo`: how each promise stands, and what one could be about."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.model.slo import Burn, ServiceLevel, SloState
from phoenix_dev.signals import budget, names
from phoenix_dev.signals.catalogue import BY_NAME
from phoenix_dev.signals.figures import SERVICES, filled, grown
from phoenix_dev.usecases.metrics import read_figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.figures import Figures
    from phoenix_dev.model.series import Series
    from phoenix_dev.signals.tuning import Slo
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.metrics import MetricStore

_SECOND = 10**9
_HOUR_NS, _DAY_NS = 3600 * _SECOND, 86_400 * _SECOND
WINDOWS_NS = (_HOUR_NS, 6 * _HOUR_NS, _DAY_NS, 3 * _DAY_NS)
#: Into so many parts a time is divided, twice, to find where the counts begin in it.
_PARTS = 200
_LEAST_NS = 60 * _SECOND


def read_slos(stores: Stores, slos: Sequence[Slo], now_ns: int) -> tuple[SloState, ...]:
    """How each SLO stands, in the order given."""
    return tuple(_state(stores.metrics, slo, now_ns) for slo in slos)


def service_levels(stores: Stores, since_ns: int, now_ns: int) -> tuple[ServiceLevel, ...]:
    """What SLOs could be about: each service's requests of a time."""
    limit_s = next(level.bound for level in BY_NAME["api_latency_p95"].levels if level.severity == "warning")
    figures = read_figures(stores, "", since_ns, now_ns, groups=(SERVICES,))
    fast = {series.labels.get("service_name", ""): series.samples[-1][1] for series in _fast(stores, limit_s, figures)}
    group = figures.group("services")
    return tuple(
        ServiceLevel(
            service=row.labels["service_name"],
            requests=every,
            good=1 - (row.value("errors") or 0) / every,
            fast=min(1.0, fast[row.labels["service_name"]] / every) if row.labels["service_name"] in fast else None,
            within_s=limit_s,
        )
        for row in (group.rows if group else ())
        if (every := row.value("requests") or 0.0)
    )


def _fast(stores: Stores, limit_s: float, figures: Figures) -> Sequence[Series]:
    series = f"{names.DURATIONS}{{{names.REQUESTS}, {names.NOT_FAILED}, {budget.within(limit_s)}}}"
    expression = f"sum by (service_name) ({grown(series)})"
    return stores.metrics.query(filled(expression, window_ns=figures.until_ns - figures.since_ns), figures.until_ns)


def _state(store: MetricStore, slo: Slo, now_ns: int) -> SloState:
    window_ns = slo.window_days * _DAY_NS
    began_ns = _began(store, slo, window_ns, now_ns)
    covered_ns = min(window_ns, max(_LEAST_NS, now_ns - began_ns)) if began_ns is not None else 0
    requests, bad = _counts(store, slo, covered_ns or _LEAST_NS, now_ns)
    burns = tuple(Burn(one, _burn(slo, *_counts(store, slo, one, now_ns))) for one in WINDOWS_NS)
    state = SloState(
        name=slo.name,
        service=slo.service,
        objective=slo.objective,
        latency_s=slo.latency_s,
        window_ns=window_ns,
        covered_ns=covered_ns,
        requests=requests,
        bad=bad,
        burns=burns,
        lasts_ns=None,
    )
    return replace(state, lasts_ns=_lasts(state))


def _lasts(state: SloState) -> int | None:
    rate, left = state.burns[0].rate, state.left
    if rate is None or left is None or rate <= 1 or left <= 0:
        return None
    return round(left * state.window_ns / rate)


def _burn(slo: Slo, requests: float, bad: float) -> float | None:
    return bad / requests / (1 - slo.objective) if requests else None


def _counts(store: MetricStore, slo: Slo, window_ns: int, now_ns: int) -> tuple[float, float]:
    """Requests within a time, and the bad ones among them."""
    every = _number(store.query(budget.requests(slo, window_ns), now_ns))
    part = _number(store.query(budget.part(slo, window_ns), now_ns))
    return every, min(every, max(0.0, every - part if budget.counts_good(slo) else part))


def _number(found: Sequence[Series]) -> float:
    value = found[0].samples[-1][1] if found else 0.0
    return value if math.isfinite(value) else 0.0


def _began(store: MetricStore, slo: Slo, window_ns: int, now_ns: int) -> int | None:
    """When the counts begin within a time; None when there are none."""
    since_ns, until_ns = now_ns - window_ns, now_ns
    for _ in range(2):
        step_ns = max(_SECOND, (until_ns - since_ns) // _PARTS)
        found = store.query_range(budget.began(slo, step_ns), since_ns + step_ns, until_ns, step_ns)
        if not found:
            return None
        until_ns = found[0].samples[0][0]
        since_ns = until_ns - step_ns
    return since_ns
