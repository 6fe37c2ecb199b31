"""What panels ask, in PromQL and LogQL: what alerts measure, under the names of phoenix_dev/signals.

`$__rate_interval` is at least a minute (four times the data source's interval), as the windows of the alerts are.
"""

from __future__ import annotations

from phoenix_dev.signals import measures
from phoenix_dev.signals.measures import grouped, labels
from phoenix_dev.signals.names import CALLS, FAILED, OUTGOING, REQUESTS

__all__ = [
    "CALLS",
    "ERROR_LEVELS",
    "FAILED",
    "MOVING",
    "OUTGOING",
    "REQUESTS",
    "WHOLE_PERIOD",
    "count",
    "error_ratio",
    "labels",
    "log_lines",
    "logs",
    "quantile",
    "rate",
]

#: What Loki's `detected_level` calls an error or worse.
ERROR_LEVELS = "error|fatal|critical"

#: A window that moves with the panel, and the whole period that is shown.
MOVING = "$__rate_interval"
WHOLE_PERIOD = "$__range"


def rate(*matchers: str, by: str = "", window: str = MOVING) -> str:
    """Spans a second."""
    return measures.rate(*matchers, by=by, window=window)


def count(*matchers: str, by: str = "", window: str = WHOLE_PERIOD) -> str:
    """Spans in the window."""
    return measures.count(*matchers, by=by, window=window)


def error_ratio(*matchers: str, by: str = "", window: str = MOVING) -> str:
    """The part of the spans that failed, 0 to 1. No answer where there were none: that is neither good nor bad."""
    return measures.error_ratio(*matchers, by=by, window=window)


def quantile(part: float, *matchers: str, by: str = "", window: str = MOVING) -> str:
    """The duration, in seconds, that this part of the spans does not exceed. No answer where there were none."""
    return measures.quantile(part, *matchers, by=by, window=window)


def log_lines(*matchers: str, by: str = "", window: str = "$__auto") -> str:
    """Log records in the window, for the metric panels of Loki."""
    return f"sum{grouped(by)} (count_over_time({labels(*matchers)}[{window}]))"


def logs(*matchers: str, level: str = "") -> str:
    """Log records."""
    return labels(*matchers) + (f' | detected_level=~"{level}"' if level else "")
