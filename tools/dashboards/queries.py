"""What panels ask, in PromQL and LogQL. Names are those of the collector's span metrics and of Loki's OTLP intake.

A request is a span of kind server or consumer: what a service was asked to do. `$__rate_interval` is at least a minute
(four times the data source's interval), as the thresholds of the alerts have it.
"""

from __future__ import annotations

#: Counter and histogram that the collector's spanmetrics connector makes of every span.
CALLS = "traces_span_metrics_calls_total"
BUCKETS = "traces_span_metrics_duration_seconds_bucket"

REQUESTS = 'span_kind=~"SPAN_KIND_(SERVER|CONSUMER)"'
OUTGOING = 'span_kind=~"SPAN_KIND_(CLIENT|PRODUCER)"'
FAILED = 'status_code="STATUS_CODE_ERROR"'

#: What Loki's `detected_level` calls an error or worse.
ERROR_LEVELS = "error|fatal|critical"

#: A window that moves with the panel, and the whole period that is shown.
MOVING = "$__rate_interval"
WHOLE_PERIOD = "$__range"


def labels(*matchers: str) -> str:
    """A selector's braces; empty matchers are left out."""
    return "{" + ", ".join(filter(None, matchers)) + "}"


def rate(*matchers: str, by: str = "", window: str = MOVING) -> str:
    """Spans a second."""
    return f"sum{_by(by)} (rate({CALLS}{labels(*matchers)}[{window}]))"


def count(*matchers: str, by: str = "", window: str = WHOLE_PERIOD) -> str:
    """Spans in the window."""
    return f"sum{_by(by)} (increase({CALLS}{labels(*matchers)}[{window}]))"


def error_ratio(*matchers: str, by: str = "", window: str = MOVING) -> str:
    """The part of the spans that failed, 0 to 1. No answer where there were none: that is neither good nor bad."""
    everything = rate(*matchers, by=by, window=window)
    failed = rate(*matchers, FAILED, by=by, window=window)
    return f"({failed} or {everything} * 0) / ({everything} > 0)"


def quantile(part: float, *matchers: str, by: str = "", window: str = MOVING) -> str:
    """The duration, in seconds, that this part of the spans does not exceed. No answer where there were none."""
    grouped = f"le, {by}" if by else "le"
    buckets = f"sum by ({grouped}) (rate({BUCKETS}{labels(*matchers)}[{window}]))"
    return f"histogram_quantile({part}, {buckets}) >= 0"


def log_lines(*matchers: str, by: str = "", window: str = "$__auto") -> str:
    """Log records in the window, for the metric panels of Loki."""
    return f"sum{_by(by)} (count_over_time({labels(*matchers)}[{window}]))"


def logs(*matchers: str, level: str = "") -> str:
    """Log records."""
    return labels(*matchers) + (f' | detected_level=~"{level}"' if level else "")


def _by(labels: str) -> str:
    return f" by ({labels})" if labels else ""
