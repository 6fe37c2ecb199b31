"""Expressions that more than one thing asks: an alert and the panel that shows it measure the same."""

from __future__ import annotations

from phoenix_dev.signals.names import CALLS, DURATIONS, FAILED


def labels(*matchers: str) -> str:
    """A selector's braces; empty matchers are left out."""
    return "{" + ", ".join(filter(None, matchers)) + "}"


def rate(*matchers: str, by: str = "", window: str) -> str:
    """Spans a second."""
    return f"sum{grouped(by)} (rate({CALLS}{labels(*matchers)}[{window}]))"


def count(*matchers: str, by: str = "", window: str) -> str:
    """Spans in the window."""
    return f"sum{grouped(by)} (increase({CALLS}{labels(*matchers)}[{window}]))"


def error_ratio(*matchers: str, by: str = "", window: str) -> str:
    """The part of the spans that failed, 0 to 1. No answer where there were none: that is neither good nor bad."""
    everything = rate(*matchers, by=by, window=window)
    failed = rate(*matchers, FAILED, by=by, window=window)
    return f"({failed} or {everything} * 0) / ({everything} > 0)"


def quantile(part: float, *matchers: str, by: str = "", window: str) -> str:
    """The duration, in seconds, that this part of the spans does not exceed. No answer where there were none."""
    buckets = f"sum by ({f'le, {by}' if by else 'le'}) (rate({DURATIONS}{labels(*matchers)}[{window}]))"
    return f"histogram_quantile({part}, {buckets}) >= 0"


def grouped(names: str) -> str:
    """The clause that keeps labels apart; empty for none."""
    return f" by ({names})" if names else ""
