"""What is measured is called this, in Prometheus and among the embedded engine's series: the one home of these names.

They are what comes by OTLP in Prometheus' spelling (`UnderscoreEscapingWithSuffixes`), and what the parts of the stack
tell of themselves.
"""

from __future__ import annotations

#: Span metrics of the collector's connector: how many spans there were, and how long they took.
CALLS = "traces_span_metrics_calls_total"
DURATIONS = "traces_span_metrics_duration_seconds_bucket"
#: The upper ends of their buckets (seconds), as compose/otelcol/config.yaml has them.
DURATION_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: A request is a span of kind server or consumer: what a service was asked to do.
REQUESTS = 'span_kind=~"SPAN_KIND_(SERVER|CONSUMER)"'
OUTGOING = 'span_kind=~"SPAN_KIND_(CLIENT|PRODUCER)"'
FAILED = 'status_code="STATUS_CODE_ERROR"'
NOT_FAILED = 'status_code!="STATUS_CODE_ERROR"'

#: Metrics of applications (requirement R13). Those that end in DURATION are histograms: `_count`, `_sum`, `_bucket`.
LLM_DURATION = "gen_ai_client_operation_duration_seconds"
LLM_OPERATIONS = f"{LLM_DURATION}_count"
LLM_TOKENS = "gen_ai_client_token_usage_sum"
TOOL_DURATION = "phoenix_tool_execution_duration_seconds"
KNOWLEDGE_BASE_DURATION = "phoenix_knowledge_base_query_duration_seconds"
CACHE_REQUESTS = "phoenix_cache_requests_total"
BREAKER_STATE = "phoenix_circuit_breaker_state"
BREAKER_TRANSITIONS = "phoenix_circuit_breaker_transitions_total"
PROCESS_CPU = "process_cpu_utilization_ratio"
PROCESS_MEMORY = "process_memory_usage_bytes"
CONNECTIONS = "phoenix_connections_active"
#: A service may send its metrics and be scraped for the same: what it sent, and what it was asked for.
SENT, SCRAPED = 'phoenix_scraped=""', 'phoenix_scraped!=""'

#: The machine, per host (`host_name`).
CPU = "system_cpu_utilization_ratio"
MEMORY = "system_memory_utilization_ratio"
FILESYSTEM = "system_filesystem_utilization_ratio"

#: What services answer: 1 or 0 by `service_name` and `endpoint`; checks by `check` and `expectation`.
HEALTH = "phoenix_health_status"
CHECK_STATUS = "phoenix_check_status"

#: What a resource said of itself; `service_version` is promoted.
TARGET = "target_info"

#: The parts of the stack as Prometheus scrapes them (label `job`): those it cannot do without, and the others.
CORE_PARTS = ("otel-collector", "jaeger", "loki", "prometheus")
OPTIONAL_PARTS = ("alertmanager", "grafana")
#: Under this name the infrastructure collector sends.
INFRASTRUCTURE = "infrastructure"

#: The collector of itself: what it refused, what it could not hand on, and what waits in its queues.
REFUSED = (
    "otelcol_receiver_refused_spans",
    "otelcol_receiver_refused_log_records",
    "otelcol_receiver_refused_metric_points",
)
SEND_FAILED = (
    "otelcol_exporter_send_failed_spans",
    "otelcol_exporter_send_failed_log_records",
    "otelcol_exporter_send_failed_metric_points",
)
QUEUE_FULL = (
    "otelcol_exporter_enqueue_failed_spans",
    "otelcol_exporter_enqueue_failed_log_records",
    "otelcol_exporter_enqueue_failed_metric_points",
)
QUEUE_SIZE = "otelcol_exporter_queue_size"
DISCARDED_LOGS = "loki_discarded_samples_total"

#: Of each SLO (label `slo`): its requests and those of them that were not good, a second.
SLO_REQUESTS = "slo:requests:rate"
SLO_BAD_REQUESTS = "slo:requests_bad:rate"

#: The uids of the dashboards that alerts lead to.
OVERVIEW_DASHBOARD = "phoenix-system-overview"
SERVICE_DASHBOARD = "phoenix-service"
BUSINESS_DASHBOARD = "phoenix-business"
INFRASTRUCTURE_DASHBOARD = "phoenix-infrastructure"
HEALTH_DASHBOARD = "phoenix-service-health"
LOGS_DASHBOARD = "phoenix-logs"
