"""The faults that can be let happen: one for every row of alerts about services and machines, in both severities.

How many requests go wrong is chosen so that the bound of one severity is passed and that of the other is not, as far
from both as windows allow that hold ten seconds of requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.demo.catalogue import GATEWAY, KNOWLEDGE_BREAKER, LLM, ORCHESTRATOR, TOOLS
from phoenix_dev.drilling.fault import BuiltIn, Host, Requests, Service
from phoenix_dev.drilling.host import HOST, MOUNTPOINT
from phoenix_dev.errors import UsageError
from phoenix_dev.signals.names import BREAKER_STATE, CALLS, CPU, FILESYSTEM, HEALTH, LLM_OPERATIONS, MEMORY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.drilling.fault import HostMetric
    from phoenix_dev.model.alert import Severity

_RATE = 10.0
_ERRORS, _LATENCY, _MODEL, _BREAKERS = "ServiceErrorRate", "ApiLatencyP95", "LlmFailureRate", "CircuitBreakerOpen"
_GATEWAY, _LLM, _ORCHESTRATOR = {"service_name": GATEWAY}, {"service_name": LLM}, {"service_name": ORCHESTRATOR}
_BREAKER = {"breaker": KNOWLEDGE_BREAKER}
#: What is measured is there, and has been for a window.
_ASKED = f'sum(rate({CALLS}{{service_name="{GATEWAY}", span_kind="SPAN_KIND_SERVER"}}[15s])) > 0'
_GENERATED = f'sum(rate({LLM_OPERATIONS}{{service_name="{LLM}"}}[15s])) > 0'
#: None is open any more, whatever went before.
_CLOSED = (
    f'max({BREAKER_STATE}{{state="open"}}) == 0 and on () max({BREAKER_STATE}{{breaker="{KNOWLEDGE_BREAKER}"}}) > 0'
)


def _requests(
    name: str,
    severity: Severity,
    what: str,
    means: Requests,
    alert: str,
    *,
    labels: Mapping[str, str] = _GATEWAY,
    ready: str = _ASKED,
    along: tuple[str, ...] = (),
) -> BuiltIn:
    return BuiltIn(name, severity, what, means, alert, labels, ready, _RATE, along)


_REQUESTS = (
    _requests("tool-errors", "critical", "every second request fails", Requests(("tool-errors",), 2), _ERRORS),
    _requests("tool-errors", "warning", "one request in 33 fails", Requests(("tool-errors",), 33), _ERRORS),
    _requests(
        "slow-db", "critical", "every eighth search takes seconds", Requests(("slow-db",), 8), _LATENCY
    ),
    _requests(
        "slow-answers", "warning", "every eighth answer takes 700 ms", Requests(("",), 8, 700), _LATENCY
    ),
    _requests(
        "llm-errors", "critical", "the model fails one request in three", Requests(("llm-errors",), 3), _MODEL,
        labels=_LLM, ready=_GENERATED, along=(_ERRORS, _BREAKERS),
    ),
    _requests(
        "llm-errors", "warning", "the model fails one request in 80", Requests(("llm-errors",), 80), _MODEL,
        labels=_LLM, ready=_GENERATED, along=(_ERRORS, _BREAKERS),
    ),
    _requests(
        "db-errors", "warning", "one circuit breaker opens",
        Requests(("db-errors",), 4), _BREAKERS, labels=_BREAKER, ready=_CLOSED, along=(_ERRORS,),
    ),
    _requests(
        "db-errors", "critical", "both circuit breakers open",
        Requests(("db-errors", "llm-errors"), 3), _BREAKERS, labels=_BREAKER, ready=_CLOSED, along=(_ERRORS, _MODEL),
    ),
)  # fmt: skip


#: Records are counted: where there is none, nothing has to be measured before.
_DIES = "a worker dies in one request in"
_FATAL = (
    _requests(
        "worker-dies", "critical", f"{_DIES} 8", Requests(("worker-dies",), 8), "FatalLogs",
        labels=_ORCHESTRATOR, ready="", along=(_ERRORS,),
    ),
    _requests(
        "worker-dies", "warning", f"{_DIES} 80", Requests(("worker-dies",), 80), "FatalLogs",
        labels=_ORCHESTRATOR, ready="", along=(_ERRORS,),
    ),
)  # fmt: skip


def _healthy(service: str) -> str:
    return f'min({HEALTH}{{service_name="{service}"}}) == 1'


def _service(name: str, severity: Severity, what: str, means: Service, along: tuple[str, ...] = ()) -> BuiltIn:
    labels, ready = {"service_name": means.service}, _healthy(means.service)
    return BuiltIn(name, severity, what, means, "HealthCheckFailing", labels, ready, along=along)


_SEVERITIES: tuple[Severity, ...] = ("critical", "warning")
_SERVICES = (
    *(_service("not-ready", one, f"{TOOLS} says it is not ready", Service("not-ready", TOOLS)) for one in _SEVERITIES),
    *(_service("gone", one, f"{TOOLS} is not there", Service("gone", TOOLS), (_ERRORS,)) for one in _SEVERITIES),
)


def _host(severity: Severity, metric: HostMetric, what: str, alert: str, series: str) -> BuiltIn:
    labels = {"host_name": HOST} | ({"mountpoint": MOUNTPOINT} if metric == "disk" else {})
    ready = f'count({series}{{host_name="{HOST}"}}) > 0'
    return BuiltIn(f"host-{metric}", severity, f"a made-up host has {what}", Host(metric), alert, labels, ready)


_HOSTS = (
    *(_host(one, "cpu", "busy processors", "HostCpu", CPU) for one in _SEVERITIES),
    *(_host(one, "memory", "little memory", "HostMemory", MEMORY) for one in _SEVERITIES),
    *(_host(one, "disk", "a full disk", "HostDisk", FILESYSTEM) for one in _SEVERITIES),
)

BUILT_IN: Sequence[BuiltIn] = (*_REQUESTS, *_FATAL, *_SERVICES, *_HOSTS)
#: The rows of requirement R24 in both severities.
TABLE = (*_REQUESTS, *_HOSTS)


def built_in(name: str, severity: Severity | None) -> BuiltIn:
    """The fault of this name; of two severities the critical unless one is named. Raises UsageError."""
    found = {one.severity: one for one in BUILT_IN if one.name == name}
    if not found:
        raise UsageError(f"'{name}' is no fault that an alert watches for", hint="phoenix-dev chaos --list")
    wanted = severity or next(one for one in _SEVERITIES if one in found)
    if wanted not in found:
        raise UsageError(
            f"'{name}' leads to an alert of severity {', '.join(found)} only", hint=f"phoenix-dev chaos {name}"
        )
    return found[wanted]
