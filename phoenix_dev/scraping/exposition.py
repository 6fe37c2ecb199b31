"""Reads a page of metrics: Prometheus text 0.0.4 and OpenMetrics 1.0, by the parsers of prometheus_client.

Those take time in proportion to the page, and to the square of a line; so both are bounded before they begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import parser as prometheus
from prometheus_client.openmetrics import parser as openmetrics

if TYPE_CHECKING:
    from prometheus_client import Metric

#: What is asked for: OpenMetrics, which has exemplars, rather than the older format.
ACCEPT = "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.8,*/*;q=0.1"
#: The largest page that is read, and the longest line (bytes).
MOST_BYTES = 4 * 1024 * 1024
_LONGEST_LINE = 16 * 1024
_OPENMETRICS = "application/openmetrics-text"
_SHOWN = 120


class Unreadable(Exception):
    """A page is not in the format that it says it is; how, as the end of a sentence."""


def families(content_type: str, body: bytes) -> list[Metric]:
    """The metrics of a page, whole. Raises Unreadable."""
    if len(body) > MOST_BYTES:
        raise Unreadable(f"is larger than {MOST_BYTES // 2**20} MiB")
    if any(len(line) > _LONGEST_LINE for line in body.split(b"\n")):
        raise Unreadable(f"has a line of more than {_LONGEST_LINE // 1024} KiB")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8 text") from error
    is_openmetrics = content_type.partition(";")[0].strip().lower() == _OPENMETRICS
    parse = openmetrics.text_string_to_metric_families if is_openmetrics else prometheus.text_string_to_metric_families
    name = "OpenMetrics" if is_openmetrics else "Prometheus' text format"
    try:
        return list(parse(text))
    # Of a page that is not as it should be they also raise what Python does on the way.
    except Exception as error:
        raise Unreadable(f"is not in {name}: {str(error)[:_SHOWN] or type(error).__name__}") from error
