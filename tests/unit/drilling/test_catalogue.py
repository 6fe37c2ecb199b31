"""The faults there are: one for every row of alerts about services and machines, each with an alert that exists."""

from __future__ import annotations

import pytest

from phoenix_dev.drilling.catalogue import BUILT_IN, TABLE, built_in
from phoenix_dev.drilling.fault import Host, Requests
from phoenix_dev.errors import UsageError
from phoenix_dev.promql.parse import parsed
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.tuning import Tuning

#: Requirement R24.
ROWS = (
    "ServiceErrorRate", "ApiLatencyP95", "LlmFailureRate", "HostCpu", "HostMemory", "HostDisk", "CircuitBreakerOpen",
)  # fmt: skip
RULES = {(rule.alert, rule.severity): rule for rule in alert_rules(Tuning())}


def test_every_row_of_the_table_has_a_fault_for_both_severities() -> None:
    wanted = {(alert, severity) for alert in ROWS for severity in ("warning", "critical")}
    assert {(one.alert, one.severity) for one in TABLE} == wanted
    assert len(TABLE) == 14


@pytest.mark.parametrize("fault", BUILT_IN, ids=lambda one: f"{one.name}-{one.severity}")
def test_what_a_fault_leads_to_is_an_alert_with_these_labels(fault: object) -> None:
    assert fault in BUILT_IN
    one = next(one for one in BUILT_IN if one is fault)
    assert (one.alert, one.severity) in RULES
    names = {alert for alert, _ in RULES}
    assert set(one.along) <= names - {one.alert}
    if one.ready:
        parsed(one.ready)
    assert len(one.what) <= 36, "in a terminal of 80 columns it is whole"
    assert isinstance(one.means, Requests) == bool(one.rate)
    if isinstance(one.means, Host):
        assert one.labels["host_name"] == "drill"


def test_the_critical_alert_is_expected_unless_another_is_wanted() -> None:
    assert built_in("llm-errors", None).severity == "critical"
    assert built_in("llm-errors", "warning").severity == "warning"
    assert built_in("slow-answers", None).severity == "warning"
    with pytest.raises(UsageError, match="of severity warning only"):
        built_in("slow-answers", "critical")
    assert built_in("worker-dies", None).alert == "FatalLogs"
    with pytest.raises(UsageError, match="'cache-misses' is no fault that an alert watches for"):
        built_in("cache-misses", None)
