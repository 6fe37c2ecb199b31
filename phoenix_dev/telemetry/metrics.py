"""The embedded MetricStore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.stores.expressions import millisecond, steps_of
from phoenix_dev.stores.metrics import MetricCapabilities
from phoenix_dev.telemetry import storable

if TYPE_CHECKING:
    from phoenix_dev.model.metric import MetricPoint
    from phoenix_dev.model.series import Exemplar, Series
    from phoenix_dev.promql.source import SeriesSource
    from phoenix_dev.stores.metrics import MetricQuery
    from phoenix_dev.telemetry.database import ReadConnection
    from phoenix_dev.telemetry.unpack import BlockReader


class EmbeddedMetricStore:
    """Implements `MetricStore` on the SQLite file."""

    capabilities = MetricCapabilities(as_sent=True)

    def __init__(self, db: ReadConnection, blocks: BlockReader) -> None:
        self._db = db
        self._blocks = blocks
        self._kept_series: SeriesSource | None = None

    def points(self, query: MetricQuery) -> tuple[MetricPoint, ...]:
        """See `MetricStore.points`."""
        where, parameters = ["1"], []
        if query.since_ns is not None:
            where.append("last >= ?")
            parameters.append(storable.number(query.since_ns))
        if query.until_ns is not None:
            where.append("first <= ?")
            parameters.append(storable.number(query.until_ns))
        sql = f"SELECT data FROM metric_block WHERE {' AND '.join(where)} ORDER BY id"  # noqa: S608 - columns named above
        rows = self._db.stream(sql, tuple(parameters))
        points = [
            point
            for (data,) in rows
            for point in self._blocks.points(self._blocks.unpacked(data))
            if _matches(point, query)
        ]
        return tuple(sorted(points, key=lambda point: point.time_ns))

    def names(self) -> tuple[str, ...]:
        """See `MetricStore.names`."""
        rows = self._db.rows("SELECT DISTINCT names FROM metric_block")
        return tuple(sorted({name for (names,) in rows for name in str(names).split("\n")}))

    def query(self, expression: str, at_ns: int) -> tuple[Series, ...]:
        """See `MetricStore.query`."""
        from phoenix_dev.promql import evaluate

        return evaluate.at(self._series(), expression, millisecond(at_ns))

    def query_range(self, expression: str, since_ns: int, until_ns: int, step_ns: int) -> tuple[Series, ...]:
        """See `MetricStore.query_range`."""
        from phoenix_dev.promql import evaluate

        return evaluate.over(self._series(), expression, steps_of(since_ns, until_ns, step_ns))

    def exemplars(self, selector: str, since_ns: int, until_ns: int) -> tuple[Exemplar, ...]:
        """See `MetricStore.exemplars`."""
        from phoenix_dev.promql import evaluate

        return evaluate.exemplars(self._series(), selector, millisecond(since_ns), millisecond(until_ns))

    def _series(self) -> SeriesSource:
        """Those that are kept beside the store."""
        if self._kept_series is None:
            from phoenix_dev.telemetry.series.reader import EmbeddedSeries
            from phoenix_dev.telemetry.series.schema import FILE_NAME

            self._kept_series = EmbeddedSeries(self._db.path.with_name(FILE_NAME), self._db.path)
        return self._kept_series


def _matches(point: MetricPoint, query: MetricQuery) -> bool:
    return (
        (not query.name or point.name == query.name)
        and (not query.service or point.service == query.service)
        and (query.since_ns is None or point.time_ns >= query.since_ns)
        and (query.until_ns is None or point.time_ns <= query.until_ns)
    )
