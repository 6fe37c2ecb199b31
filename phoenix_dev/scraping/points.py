"""What every kind of point is made of: labels, times, exemplars."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Exemplar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric as Family
    from prometheus_client.samples import Exemplar as GivenExemplar
    from prometheus_client.samples import Sample

Labels = tuple[tuple[str, str], ...]

_HEX = {"trace_id": re.compile(r"[0-9a-fA-F]{32}"), "span_id": re.compile(r"[0-9a-fA-F]{16}")}
_UINT64 = 1 << 64


def attributes(labels: Iterable[tuple[str, str]]) -> list[KeyValue]:
    """Labels as attributes; an empty label is none (Prometheus' data model)."""
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in labels if value]


def labels_of(sample: Sample, without: str = "") -> Labels:
    """The labels of a sample, but for one, in the order of their names."""
    return tuple(sorted((key, value) for key, value in sample.labels.items() if key != without))


def time_ns(timestamp: object, now_ns: int) -> int:
    """A sample's own time, seldom given, else that of the scrape."""
    return now_ns if timestamp is None else _nanoseconds(float(timestamp)) or now_ns  # type: ignore[arg-type]


def created_of(family: Family) -> dict[Labels, int]:
    """Since when the counters of a family count, where it says so (OpenMetrics' `_created`), in Unix nanoseconds."""
    name = f"{family.name}_created"
    return {labels_of(one): _nanoseconds(one.value) for one in family.samples if one.name == name}


def exemplar(given: GivenExemplar, now_ns: int) -> Exemplar:
    """Its trace and span stand in its labels (OpenMetrics 1.0, "Exemplars")."""
    ids = {key for key, form in _HEX.items() if form.fullmatch(given.labels.get(key, ""))}
    made = Exemplar(as_double=given.value, time_unix_nano=time_ns(given.timestamp, now_ns))
    made.filtered_attributes.extend(attributes((key, value) for key, value in given.labels.items() if key not in ids))
    for key in ids:
        setattr(made, key, bytes.fromhex(given.labels[key]))
    return made


def is_count(value: float) -> bool:
    """Whether OTLP can hold a number as a count."""
    return 0 <= value < _UINT64 and value == value


def _nanoseconds(seconds: float) -> int:
    """Unix nanoseconds; 0 for what is no time that OTLP can hold."""
    if not math.isfinite(seconds):
        return 0
    ns = round(seconds * 1e9)
    return ns if 0 <= ns < _UINT64 else 0
