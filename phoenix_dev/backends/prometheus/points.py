"""Prometheus' series → metric points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.backends.kept import named
from phoenix_dev.model.metric import MetricPoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from phoenix_dev.model.metric import MetricKind
    from phoenix_dev.model.series import Series

_RESOURCE = (
    "service_name",
    "service_namespace",
    "service_version",
    "service_instance_id",
    "job",
    "instance",
    "deployment_environment_name",
    "container_name",
    "host_name",
)
_PARTS = ("_sum", "_count")

#: Name of the metric and all labels: what the sum and the count of one histogram have in common.
_Key = tuple[str, frozenset[tuple[str, str]]]


def family_of(name: str) -> str:
    """The name of the metric that a series is a part of."""
    return next((name.removesuffix(part) for part in _PARTS if name.endswith(part)), name)


def points_of(found: Iterable[Series]) -> Iterator[MetricPoint]:
    """A point for each sample; of sum and count together one."""
    parts: dict[_Key, dict[str, dict[int, float]]] = {}
    for series in found:
        name = series.labels.get("__name__", "")
        labels = {key: value for key, value in series.labels.items() if key != "__name__"}
        part = next((part for part in _PARTS if name.endswith(part)), "")
        parts.setdefault((family_of(name), frozenset(labels.items())), {})[part] = dict(series.samples)
    for (name, pairs), values in parts.items():
        labels = dict(pairs)
        if whole := values.get(""):
            kind: MetricKind = "sum" if name.endswith("_total") else "gauge"
            yield from (_point(at, value, 1, kind, name, labels) for at, value in whole.items())
        counts, sums = values.get("_count", {}), values.get("_sum", {})
        for at in sorted({*counts, *sums}):
            yield _point(at, sums.get(at, 0.0), int(counts.get(at, 0)), "histogram", name, labels)


def _point(at: int, value: float, count: int, kind: MetricKind, name: str, labels: Mapping[str, str]) -> MetricPoint:
    return MetricPoint(
        time_ns=at,
        service=named(labels.get("service_name", "")),
        name=name,
        unit="",
        kind=kind,
        value=value,
        count=count,
        attributes={key: value for key, value in labels.items() if key not in _RESOURCE},
        resource={key: value for key, value in labels.items() if key in _RESOURCE},
    )
