"""Metrics of the OpenTelemetry SDK as Prometheus text, format 0.0.4.

Named as the OpenTelemetry specification maps them ("Prometheus and OpenMetrics Compatibility").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opentelemetry.sdk.metrics.export import Histogram, HistogramDataPoint, Metric, MetricsData, NumberDataPoint, Sum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_UNITS = {"s": "seconds", "By": "bytes"}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def prometheus_text(data: MetricsData | None) -> str:
    """One block a metric: HELP, TYPE, samples. Empty for no data."""
    lines: list[str] = []
    for resource in data.resource_metrics if data else ():
        lines += _target(resource.resource.attributes)
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                lines += _block(metric)
    return "".join(f"{line}\n" for line in lines)


def metric_name(metric: Metric) -> str:
    """The Prometheus name: underscores for dots, the unit as suffix, `_total` for counters, `_ratio` for unit 1."""
    name = re.sub(r"[^a-zA-Z0-9_:]", "_", metric.name)
    unit = metric.unit or ""
    if unit in _UNITS:
        name += f"_{_UNITS[unit]}"
    if isinstance(metric.data, Sum):
        return f"{name}_total" if metric.data.is_monotonic else name
    return f"{name}_ratio" if unit == "1" and not isinstance(metric.data, Histogram) else name


def _block(metric: Metric) -> Iterator[str]:
    name = metric_name(metric)
    grows = isinstance(metric.data, Sum) and metric.data.is_monotonic
    kind = "histogram" if isinstance(metric.data, Histogram) else "counter" if grows else "gauge"
    help_text = (metric.description or "").replace("\\", "\\\\").replace("\n", "\\n")
    yield f"# HELP {name} {help_text}"
    yield f"# TYPE {name} {kind}"
    for point in metric.data.data_points:
        if isinstance(point, HistogramDataPoint):
            yield from _histogram(name, point)
        elif isinstance(point, NumberDataPoint):
            yield f"{name}{_labels(point.attributes or {})} {_number(point.value)}"


def _histogram(name: str, point: HistogramDataPoint) -> Iterator[str]:
    attributes = dict(point.attributes or {})
    total = 0
    for bound, count in zip((*point.explicit_bounds, float("inf")), point.bucket_counts, strict=True):
        total += count
        yield f"{name}_bucket{_labels({**attributes, 'le': _number(bound)})} {total}"
    yield f"{name}_sum{_labels(attributes)} {_number(point.sum)}"
    yield f"{name}_count{_labels(attributes)} {point.count}"


def _target(attributes: Mapping[str, object]) -> Iterator[str]:
    yield "# HELP target_info Target metadata"
    yield "# TYPE target_info gauge"
    yield f"target_info{_labels(attributes)} 1"


def _labels(attributes: Mapping[str, object]) -> str:
    if not attributes:
        return ""
    pairs = (
        f'{re.sub(r"[^a-zA-Z0-9_]", "_", key)}="{str(value).translate(_ESCAPES)}"' for key, value in attributes.items()
    )
    return "{" + ",".join(pairs) + "}"


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return repr(value)
