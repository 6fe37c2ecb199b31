"""What panels ask of metrics that applications measure themselves (requirement R13).

A service may send its metrics and be asked for them at `/health/metrics` too; the infrastructure collector marks what
it was told there (`phoenix_scraped`). Everything here takes that of who does not send the same, and adds up instances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals.measures import grouped, labels
from tools.dashboards.queries import MOVING, WHOLE_PERIOD

if TYPE_CHECKING:
    from collections.abc import Callable

#: Histograms, by their names without `_bucket`, `_count`, `_sum`.
LLM = "gen_ai_client_operation_duration_seconds"
TOKENS = "gen_ai_client_token_usage"
KNOWLEDGE = "phoenix_knowledge_base_query_duration_seconds"
TOOLS = "phoenix_tool_execution_duration_seconds"
#: Counters and gauges.
CACHE = "phoenix_cache_requests_total"
TRANSITIONS = "phoenix_circuit_breaker_transitions_total"
USERS = "phoenix_users_active"
PROCESS_CPU = "process_cpu_utilization_ratio"
PROCESS_MEMORY = "process_memory_usage_bytes"
CONNECTIONS = "phoenix_connections_active"
#: Of synthetic checks (label `check`): 1 or 0 for each thing that is expected, and how long they took (milliseconds).
CHECKS = "phoenix_check_status"
CHECK_DURATION = "httpcheck_duration_milliseconds"

FAILED = 'error_type!=""'
BY_SERVICE = "service_name"


def rate(counter: str, *matchers: str, by: str = BY_SERVICE) -> str:
    """How often a second."""
    return _once(lambda way: f"rate({counter}{labels(*matchers, way)}[{MOVING}])", by)


def total(counter: str, *matchers: str, by: str = BY_SERVICE) -> str:
    """How often in the period that is shown, to the one."""

    def counted(way: str) -> str:
        # `increase` guesses what lies between the samples and the ends of the period, so it is asked only where a
        # counter began anew, which leaves nothing to subtract.
        period = f"{counter}{labels(*matchers, way)}[{WHOLE_PERIOD}]"
        difference = f"max_over_time({period}) - min_over_time({period}) and resets({period}) == 0"
        return f"({difference}) or increase({period})"

    return _once(counted, by)


def value(gauge: str, *matchers: str, by: str = BY_SERVICE) -> str:
    """A gauge, all instances of a service together."""
    return _once(lambda way: f"{gauge}{labels(*matchers, way)}", by)


def failures(asked: str, failed: str) -> str:
    """What failed, and zero where something was asked and nothing failed."""
    return f"{failed} or {asked} * 0"


def share(part: str, whole: str) -> str:
    """The part of a whole, 0 to 1; no answer where there was nothing."""
    return f"({part} or {whole} * 0) / ({whole} > 0)"


def quantile(part: float, histogram: str, *matchers: str, by: str = BY_SERVICE, window: str = MOVING) -> str:
    """What this part of the measurements does not exceed. No answer where there were none."""
    buckets = f"sum by (le, {by}) (rate({histogram}_bucket{labels(*matchers)}[{window}]))"
    return f"histogram_quantile({part}, {buckets}) >= 0"


def _once(instances: Callable[[str], str], by: str) -> str:
    sent, scraped = (f"sum{grouped(by)} ({instances(way)})" for way in ('phoenix_scraped=""', 'phoenix_scraped!=""'))
    return f"({sent} or {scraped})"
