"""Exports → samples of series."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.otlp import hex_id
from phoenix_dev.model.series import Exemplar
from phoenix_dev.promql.source import STALE
from phoenix_dev.telemetry.translation.exponential import explicit
from phoenix_dev.telemetry.translation.labels import TARGET_INFO, ResourceLabels
from phoenix_dev.telemetry.translation.memory import Memory
from phoenix_dev.telemetry.translation.names import metric_name
from phoenix_dev.telemetry.translation.shapes import SHAPES, bucket_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, MetricsData, ResourceMetrics

    from phoenix_dev.telemetry.translation.memory import Labels, Remembered
    from phoenix_dev.telemetry.translation.names import Kind

_MS = 10**6
_LAST_MS = 2**63 // _MS
_DELTA, _CUMULATIVE = 1, 2
_NO_RECORDED_VALUE = 1
#: Prometheus keeps none of a gauge's.
_WITH_EXEMPLARS = ("sum", "histogram")
#: target_info stands at every so many milliseconds between a resource's first and last point.
_TARGET_EVERY_MS = 150_000
#: So many times at most: a point of long ago beside one of now must not become millions.
_TARGET_MOST = 100
#: Ends of buckets, and exemplars, of one point; more is a sender's mistake, and each end a series.
_MOST_ENDS, _MOST_EXEMPLARS = 1_000, 100


@dataclass(frozen=True, slots=True)
class Samples:
    """Values of series at one time (Unix milliseconds), one for each set of labels.

    `labels` is the same object whenever the same kind of point comes, as long as it is remembered; each holds
    `__name__`, and no label is empty. A value may be STALE (promql/source.py): the series has ended. `exemplars` are
    those with a trace.
    """

    labels: Labels
    time_ms: int
    values: array[float]
    exemplars: tuple[Exemplar, ...] = ()


class Translator:
    """Takes exports one after the other, and remembers what the next one needs: `most` kinds of points at most.

    Deltas are added up. Where a point says that its counting began after the newest sample of its series, that is a
    sample of zeros. Exponential histograms become explicit ones. Points without a time, or measured after `until_ms`,
    give nothing, and neither do histograms of too many buckets, and sums and histograms that do not say whether they
    are deltas.
    """

    def __init__(self, most: int = 50_000) -> None:
        self._memory = Memory(most)
        self._until_ms = _LAST_MS
        #: How many points had too many buckets.
        self.left_out = 0

    def samples(self, export: MetricsData | ExportMetricsServiceRequest, until_ms: int = _LAST_MS) -> Iterator[Samples]:
        """The samples of an export; those of a series ascend in time if its points do."""
        self._until_ms = until_ms
        for group in export.resource_metrics:
            yield from self._of_resource(group)

    def _of_resource(self, group: ResourceMetrics) -> Iterator[Samples]:
        resource = ResourceLabels(group.resource.attributes)
        key = _digest([group.resource.SerializeToString(deterministic=True)])
        times: list[int] = []
        for scoped in group.scope_metrics:
            for metric in scoped.metrics:
                kind = metric.WhichOneof("data")
                if kind == "exponential_histogram":
                    metric, kind = explicit(metric), "histogram"
                if kind is not None:
                    data = getattr(metric, kind)
                    times += filter(self._counts, (_milliseconds(point.time_unix_nano) for point in data.data_points))
                    if kind in SHAPES:
                        yield from self._of_metric(key, resource, metric, kind)
        if (target := resource.target) and times:
            known = self._memory.of((key, TARGET_INFO), lambda: (target,))
            yield from _target(known.labels, min(times), max(times))

    def _of_metric(self, resource_key: bytes, resource: ResourceLabels, metric: Metric, kind: str) -> Iterator[Samples]:
        data = getattr(metric, kind)
        temporality = getattr(data, "aggregation_temporality", _CUMULATIVE)
        family = metric_name(metric.name, metric.unit, _kind(kind, data))
        if not family or temporality not in (_DELTA, _CUMULATIVE):
            return
        shape = SHAPES[kind]
        for point in data.data_points:
            if not self._counts(_milliseconds(point.time_unix_nano)):
                continue
            if _ends(point) > _MOST_ENDS:
                self.left_out += 1
                continue
            attributes = _digest(sorted(pair.SerializeToString() for pair in point.attributes))
            key = resource_key, family, kind, temporality, attributes, shape.key(point)

            def made(point: Any = point) -> Labels:
                common = resource.of_point(point.attributes)
                return tuple(common | own for own in shape.names(family, point))

            known = self._memory.of(key, made)
            values = array("d", shape.values(point))
            yield from _of_point(known, point, values, kind, is_delta=temporality == _DELTA)

    def _counts(self, time_ms: int) -> bool:
        """Whether a time is one, and none that is still to come."""
        return 0 < time_ms <= self._until_ms


def _of_point(known: Remembered, point: Any, values: array[float], kind: str, *, is_delta: bool) -> Iterator[Samples]:
    """The samples of one point: zeros where its counting began, if that was not told before, and itself."""
    time_ms = _milliseconds(point.time_unix_nano)
    if is_delta and time_ms <= known.last_ms:
        return
    start_ms = known.start_ms if is_delta and known.totals else _milliseconds(point.start_time_unix_nano)
    if known.last_ms < start_ms < time_ms:
        yield Samples(known.labels, start_ms, array("d", bytes(8 * len(values))))
    known.start_ms, known.last_ms = start_ms, max(time_ms, known.last_ms)
    if point.flags & _NO_RECORDED_VALUE:
        yield Samples(known.labels, time_ms, array("d", [STALE]) * len(values))
        return
    exemplars = tuple(_exemplars(known.labels, point)) if kind in _WITH_EXEMPLARS else ()
    yield Samples(known.labels, time_ms, known.added(values) if is_delta else values, exemplars)


def _exemplars(labels: Labels, point: Any) -> Iterator[Exemplar]:
    for one in islice(point.exemplars, _MOST_EXEMPLARS):
        which, trace_id = one.WhichOneof("value"), hex_id(one.trace_id, 16)
        if which and trace_id:
            value = float(getattr(one, which))
            position = bucket_of(point, value) if hasattr(point, "explicit_bounds") else 0
            yield Exemplar(labels[position], one.time_unix_nano // _MS * _MS, value, trace_id)


def _target(labels: Labels, first_ms: int, last_ms: int) -> Iterator[Samples]:
    first_ms = max(first_ms, last_ms - _TARGET_MOST * _TARGET_EVERY_MS)
    for time_ms in (*range(first_ms, last_ms, _TARGET_EVERY_MS), last_ms):
        yield Samples(labels, time_ms, array("d", [1.0]))


def _ends(point: Any) -> int:
    """How many ends of buckets, or quantiles, a point has."""
    return len(getattr(point, "explicit_bounds", ())) or len(getattr(point, "quantile_values", ()))


def _digest(parts: Iterable[bytes]) -> bytes:
    """What stands for parts that may be of any length."""
    made = blake2b(digest_size=16)
    for part in parts:
        made.update(len(part).to_bytes(8, "big"))
        made.update(part)
    return made.digest()


def _kind(kind: str, data: Any) -> Kind:
    if kind == "gauge":
        return "gauge"
    return "counter" if kind == "sum" and data.is_monotonic else "other"


def _milliseconds(time_ns: int) -> int:
    """A time in milliseconds; 0 for one that is not given or beyond all calendars."""
    time_ms: int = time_ns // _MS
    return time_ms if time_ms < _LAST_MS else 0
