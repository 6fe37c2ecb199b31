"""A drill that begins and ends while rules are evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import otlp

if TYPE_CHECKING:
    from phoenix_dev.model.alert import RuleState
    from tests.unit.watching.conftest import Watched

SECOND = 1_000


def failing(watched: Watched, *, seconds: int) -> RuleState:
    """A second after the other, half of the requests fail; the critical rule then."""
    for _ in range(seconds):
        trace_id = otlp.new_trace_id()
        spans = [otlp.span(trace_id, "GET /", kind=2, error="no" if bad else None) for bad in (0, 1)]
        watched.keep(otlp.traces("api", *spans))
        watched.evaluate(SECOND)
    rules = watched.alerts.rules()
    return next(one for one in rules if (one.name, one.severity) == ("ServiceErrorRate", "critical"))


def test_durations_are_divided_while_it_lasts_and_rules_go_on_with_their_alerts(watched: Watched) -> None:
    usual = failing(watched, seconds=12)
    assert (usual.state, usual.for_s) == ("pending", 180)
    watched.alerting.rescale(60, 1)
    drilled = failing(watched, seconds=1)
    assert (drilled.state, drilled.for_s) == ("firing", 3)
    assert drilled.alerts[0].since_ns == usual.alerts[0].since_ns
    failing(watched, seconds=2)
    assert [one.channel for one in watched.alerts.deliveries(0) if one.severity == "critical"] == ["pagerduty"]
    watched.alerting.rescale(1, 5)
    after = failing(watched, seconds=6)
    assert (after.for_s, after.expression) == (180, usual.expression)
    assert after.alerts[0].since_ns == usual.alerts[0].since_ns
