"""What is new and may explain the rest: nothing is wrong, so these are for information."""

from __future__ import annotations

from phoenix_dev.signals.indicator import Indicator, Level
from phoenix_dev.signals.names import CALLS, CORE_PARTS, INFRASTRUCTURE, OPTIONAL_PARTS, OVERVIEW_DASHBOARD, TARGET

#: Something counts as new for ten minutes. What came within the first hour of a stack is not new but what there is.
_NEW, _SETTLED = "{10m}", "{1h}"
_OURS = "|".join((*CORE_PARTS, *OPTIONAL_PARTS, INFRASTRUCTURE))
_TARGETS = f'{TARGET}{{service_name!="", job!~"{_OURS}"}}'
_VERSIONS = f'{TARGET}{{service_name!="", service_version!="", job!~"{_OURS}"}}'


def _seen(series: str, labels: str, ago: str) -> str:
    """Those that were there within the day before `ago`."""
    return f"count by ({labels}) (last_over_time({series}[1d] offset {ago}))"


_SERVICES_NOW = f"count by (service_name) ({_TARGETS}) or count by (service_name) ({CALLS})"
_SERVICES_BEFORE = f"{_seen(_TARGETS, 'service_name', _NEW)} or {_seen(CALLS, 'service_name', _NEW)}"
_VERSION = "service_name, service_version"

CHANGES = (
    Indicator(
        name="new_service",
        alert="NewService",
        title="New services",
        group="changes",
        source="metric",
        unit="count",
        expression=f"({_SERVICES_NOW}) unless on (service_name) ({_SERVICES_BEFORE})"
        f" and on () (count(last_over_time({TARGET}[1d] offset {_SETTLED})) > 0)",
        labels=("service_name",),
        levels=(Level("info", 0, 0),),
        summary="New service: {{ $labels.service_name }}",
        description="{{ $labels.service_name }} sends telemetry for the first time within a day.",
        runbook="""\
1. `phoenix-dev services`: what arrives from it.
2. A name that looks like another one: is `OTEL_SERVICE_NAME` set to what it should be?
""",
        dashboard=OVERVIEW_DASHBOARD,
    ),
    Indicator(
        name="deployment",
        alert="DeploymentSeen",
        title="Deployments",
        group="changes",
        source="metric",
        unit="count",
        expression=f"count by ({_VERSION}) ({_VERSIONS}) unless on ({_VERSION}) ({_seen(_VERSIONS, _VERSION, _NEW)})"
        f" and on (service_name) ({_seen(_VERSIONS, 'service_name', _NEW)})",
        labels=("service_name", "service_version"),
        levels=(Level("info", 0, 0),),
        summary="{{ $labels.service_name }} runs as version {{ $labels.service_version }}",
        description="{{ $labels.service_name }} was known, and sends telemetry as version"
        " {{ $labels.service_version }} since a moment ago.",
        runbook="""\
1. `phoenix-dev traces --service SERVICE --since 15m`: is it as fast as before?
2. `phoenix-dev traces --service SERVICE --error --since 15m`: does something fail that did not?
""",
        dashboard=OVERVIEW_DASHBOARD,
    ),
)
