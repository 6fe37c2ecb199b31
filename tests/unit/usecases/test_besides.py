"""What may fire beside the alert that a drill expects."""

from __future__ import annotations

import pytest

from phoenix_dev.model.alert import Alert, Severity
from phoenix_dev.model.drill import Expected
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.usecases.besides import belongs, explained


def alert(name: str, severity: Severity, **labels: str) -> Alert:
    return Alert(name, severity, "firing", labels, {}, 1.0, 0)


@pytest.mark.parametrize(
    ("name", "severity", "expected", "comes_along"),
    [
        ("ServiceErrorRate", "critical", Expected("ServiceErrorRate", "critical"), True),
        ("ServiceErrorRate", "warning", Expected("ServiceErrorRate", "critical"), True),
        ("ServiceErrorRate", "critical", Expected("ServiceErrorRate", "warning"), False),
        ("ApiLatencyP95", "critical", Expected("ServiceErrorRate", "critical"), True),
        ("HostCpu", "critical", Expected("ServiceErrorRate", "critical"), False),
    ],
)
def test_a_fault_may_lead_to_the_warning_too_and_to_what_it_is_known_for(
    name: str, severity: Severity, expected: Expected, *, comes_along: bool
) -> None:
    assert belongs(alert(name, severity), expected, ("ApiLatencyP95",)) is comes_along


@pytest.mark.parametrize(
    ("name", "scale", "counts"),
    [
        ("HealthCheckFailing", 1, True),
        ("HealthCheckFailing", 4, True),  # 75 s, and a window of 45
        ("HealthCheckFailing", 60, False),
        ("FatalLogs", 4, True),  # 45 s, and a window of 15
        ("FatalLogs", 60, False),
        ("ServiceErrorRate", 60, True),  # its bound is another one
    ],
)
def test_that_it_lasts_is_no_surprise_where_a_drill_cannot_end_it_sooner(
    name: str, scale: float, *, counts: bool
) -> None:
    why = explained(alert(name, "critical"), Expected(name, "warning"), Tuning(), scale)
    assert (not why) is counts


def test_that_a_fault_uses_up_the_budget_of_an_slo_is_no_surprise() -> None:
    burns = alert("ErrorBudgetBurn", "critical", service_name="orchestrator", slo="answers")
    assert explained(burns, Expected("ServiceErrorRate", "critical"), Tuning(), 60).startswith("an SLO's budget")
    assert not explained(burns, Expected("ErrorBudgetBurn", "warning"), Tuning(), 60)


def test_what_a_machine_or_a_note_says_counts_for_nothing() -> None:
    expected = Expected("HostCpu", "warning", {"host_name": "drill"})
    assert explained(alert("NewService", "info"), expected, Tuning(), 1) == "for information"
    assert explained(alert("HostCpu", "critical", host_name="laptop"), expected, Tuning(), 1) == "true of this machine"
    assert not explained(alert("HostCpu", "critical", host_name="drill"), expected, Tuning(), 1)
