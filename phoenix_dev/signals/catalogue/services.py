"""What the user's services do: requests, the model, circuit breakers, health, checks, logs."""

from __future__ import annotations

from phoenix_dev.signals import measures
from phoenix_dev.signals.indicator import Indicator, Level, LogCount
from phoenix_dev.signals.names import (
    BREAKER_STATE,
    BUSINESS_DASHBOARD,
    CHECK_STATUS,
    HEALTH,
    HEALTH_DASHBOARD,
    LLM_OPERATIONS,
    LOGS_DASHBOARD,
    REQUESTS,
    SERVICE_DASHBOARD,
)

#: The severity number from which on a record says that its service cannot go on (logs data model, "FATAL").
FATAL = 21

_LLM = f"sum by (service_name) (rate({LLM_OPERATIONS}[{{window}}]))"
_LLM_FAILED = f'sum by (service_name) (rate({LLM_OPERATIONS}{{error_type!=""}}[{{window}}]))'
_OPEN = f'max by (service_name, breaker) (last_over_time({BREAKER_STATE}{{state="open"}}[{{window}}]))'
_ANSWERED = f"max by (service_name) (max_over_time({HEALTH}[1d])) > 0"

SERVICES = (
    Indicator(
        name="service_error_rate",
        alert="ServiceErrorRate",
        title="Error rate",
        group="services",
        source="span",
        unit="ratio",
        expression=measures.error_ratio(REQUESTS, by="service_name", window="{window}"),
        labels=("service_name",),
        levels=(Level("warning", 0.01, 300), Level("critical", 0.05, 180)),
        summary="{{ $labels.service_name }}: {{ $value }} of its requests fail",
        description="Of the requests that {{ $labels.service_name }} answered in the last minute, {{ $value }} failed.",
        runbook="""\
1. `phoenix-dev trace last-error`: the newest request that failed, its cause first.
2. `phoenix-dev traces --service SERVICE --error --since 15m`: is it one operation, or all of them?
3. `phoenix-dev logs --service SERVICE --level error --since 15m`: what the service says itself.
4. `phoenix-dev health`: does a dependency of it fail too? Then begin there.
""",
        dashboard=SERVICE_DASHBOARD,
        sampled_s=5,
    ),
    Indicator(
        name="api_latency_p95",
        alert="ApiLatencyP95",
        title="Latency, p95",
        group="services",
        source="span",
        unit="s",
        expression=measures.quantile(0.95, REQUESTS, by="service_name", window="{window}"),
        labels=("service_name",),
        levels=(Level("warning", 0.5, 600), Level("critical", 1.0, 300)),
        summary="{{ $labels.service_name }}: one request in 20 takes longer than {{ $value }}",
        description="19 of 20 requests to {{ $labels.service_name }} took {{ $value }} or less in the last minute.",
        runbook="""\
1. `phoenix-dev traces --service SERVICE --min-duration 500ms --since 15m`: which operations are slow?
2. `phoenix-dev trace ID` of one of them: the critical path says where its time goes, `gap` what no span explains.
3. Is it a call to another service? Go on with that one. Is it time of its own? Look at the load of the machine.
""",
        dashboard=SERVICE_DASHBOARD,
        sampled_s=5,
    ),
    Indicator(
        name="llm_failure_rate",
        alert="LlmFailureRate",
        title="LLM failures",
        group="services",
        source="metric",
        unit="ratio",
        expression=f"({_LLM_FAILED} or {_LLM} * 0) / ({_LLM} > 0)",
        labels=("service_name",),
        levels=(Level("warning", 0.02, 300), Level("critical", 0.10, 180)),
        summary="{{ $labels.service_name }}: {{ $value }} of its calls to the model fail",
        description="Of the calls to a model by {{ $labels.service_name }} in the last minute, {{ $value }} failed.",
        runbook="""\
1. `phoenix-dev traces --service SERVICE --error --since 15m`: spans of calls to the model bear `error.type`.
2. Time-outs: is the model slow, or is the limit too tight? Refusals: a key, a quota, a request that is too long?
3. `phoenix-dev logs --service SERVICE --level warn --since 15m`: are calls tried again, does a breaker open?
""",
        dashboard=BUSINESS_DASHBOARD,
    ),
    Indicator(
        name="circuit_breaker",
        alert="CircuitBreakerOpen",
        title="Open circuit breakers",
        group="services",
        source="metric",
        unit="count",
        # Of each open breaker the value is how many there are, so that one bound means any and the other several.
        expression=f"{_OPEN} * scalar(sum({_OPEN}))",
        labels=("service_name", "breaker"),
        levels=(Level("warning", 0, 300), Level("critical", 1, 300)),
        summary="{{ $labels.service_name }}: circuit breaker {{ $labels.breaker }} is open, {{ $value }} in all",
        description="{{ $labels.service_name }} does not call what is behind {{ $labels.breaker }}. Open breakers of"
        " all services: {{ $value }}.",
        runbook="""\
1. `phoenix-dev traces --service SERVICE --error --since 30m`: the failures that opened it, before it did.
2. `phoenix-dev health`: does what is behind it answer? A breaker closes by itself once that works again.
3. Several are open: look for what they have in common, a host, a network, a provider, before anything else.
""",
        dashboard=SERVICE_DASHBOARD,
    ),
    Indicator(
        name="health",
        alert="HealthCheckFailing",
        title="Health endpoints",
        group="services",
        source="metric",
        unit="bool",
        # Of a service that has not answered anything for a day nobody waits for an answer.
        expression=f"min by (service_name, endpoint) (last_over_time({HEALTH}[{{window}}]))"
        f" and on (service_name) ({_ANSWERED})",
        labels=("service_name", "endpoint"),
        levels=(Level("warning", 1, 60), Level("critical", 1, 300)),
        summary="{{ $labels.service_name }}: {{ $labels.endpoint }} is not healthy",
        description="{{ $labels.service_name }} says at its health endpoint {{ $labels.endpoint }} that it is not well,"
        " or does not answer there.",
        runbook="""\
1. `phoenix-dev health`: what each endpoint of each service answers, and which dependency is named.
2. `phoenix-dev logs --service SERVICE --since 15m`: has it ended, does it begin again and again?
3. Readiness alone fails: the service lives and waits for something. Liveness fails: it has to be started anew.
""",
        dashboard=HEALTH_DASHBOARD,
        above=False,
    ),
    Indicator(
        name="synthetic_check",
        alert="SyntheticCheckFailing",
        title="Synthetic checks",
        group="services",
        source="metric",
        unit="bool",
        # The newest sample, however rarely a check is asked.
        expression=f"min by (check) ({CHECK_STATUS})",
        labels=("check",),
        levels=(Level("warning", 1, 60), Level("critical", 1, 300)),
        summary="Check {{ $labels.check }} fails",
        description="The check {{ $labels.check }} of phoenix-dev.yaml does not get the answer that it expects.",
        runbook="""\
1. `phoenix-dev health`: what the check got, and what it expected.
2. `phoenix-dev request METHOD URL` with the check's method and URL: the same request, with its trace.
3. `phoenix-dev trace last-error`: where it fails on its way through the services.
""",
        dashboard=HEALTH_DASHBOARD,
        above=False,
    ),
    Indicator(
        name="fatal_logs",
        alert="FatalLogs",
        title="Fatal logs",
        group="services",
        source="log",
        unit="count",
        expression="sum by (service_name) (count_over_time("
        f'{{service_name=~".+"}} | severity_number>={FATAL} [{{window}}]))',
        labels=("service_name",),
        levels=(Level("warning", 0, 0), Level("critical", 0, 180)),
        summary="{{ $labels.service_name }} logs at FATAL",
        description="Records of {{ $labels.service_name }} at level FATAL in the last minute: {{ $value }}.",
        runbook="""\
1. `phoenix-dev logs --service SERVICE --level fatal --since 15m`: what it says, with its stack trace.
2. `phoenix-dev logs --service SERVICE --since 15m`: does it begin anew after that, and end again?
3. `phoenix-dev trace last-error`: the request that it died of, if it was one.
""",
        dashboard=LOGS_DASHBOARD,
        # A record counts as it comes: this is but the time that it may be on its way.
        sampled_s=2,
        log=LogCount(FATAL),
    ),
)
