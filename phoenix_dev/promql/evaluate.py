"""What an expression gives, over any source of series."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from phoenix_dev.model.series import Series
from phoenix_dev.promql.evaluation import Evaluation
from phoenix_dev.promql.nodes import kind_of, selectors_in
from phoenix_dev.promql.parse import parsed
from phoenix_dev.promql.rows import same
from phoenix_dev.stores.expressions import MS, WrongExpression, by_labels, orders_itself, too_deep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.promql.nodes import Node
    from phoenix_dev.promql.rows import Row
    from phoenix_dev.promql.source import SeriesSource


def at(source: SeriesSource, expression: str, time_ms: int) -> tuple[Series, ...]:
    """What an expression gives at a time (Unix milliseconds); see `MetricStore.query`."""
    node = parsed(expression)
    kind = kind_of(node)
    if kind == "text":
        raise WrongExpression("it gives a text, which is no value")
    evaluation = Evaluation(source, range(time_ms, time_ms + 1), (time_ms, time_ms))
    with _stack_enough():
        found = _windows(evaluation, node) if kind == "range" else _series(evaluation.rows(node), evaluation.steps)
    return found if orders_itself(expression) else tuple(sorted(found, key=by_labels))


def over(source: SeriesSource, expression: str, steps: range) -> tuple[Series, ...]:
    """What an expression gives at each of some times (Unix milliseconds); see `MetricStore.query_range`."""
    node = parsed(expression)
    if kind_of(node) not in ("scalar", "vector"):
        raise WrongExpression("over a time range it must give a number or an instant vector")
    evaluation = Evaluation(source, steps, (steps[0], steps[-1]))
    with _stack_enough():
        return tuple(sorted(_series(evaluation.rows(node), steps), key=by_labels))


def exemplars(source: SeriesSource, expression: str, since_ms: int, until_ms: int) -> tuple[Exemplar, ...]:
    """The exemplars of the series that an expression selects; see `MetricStore.exemplars`."""
    selections = dict.fromkeys(selector.matchers for selector in selectors_in(parsed(expression)))
    found = {
        (exemplar.time_ns, exemplar.trace_id, exemplar.value, same(exemplar.labels)): exemplar
        for matchers in selections
        for exemplar in source.exemplars(matchers, since_ms, until_ms)
        if exemplar.trace_id
    }
    return tuple(sorted(found.values(), key=lambda exemplar: exemplar.time_ns))


@contextmanager
def _stack_enough() -> Iterator[None]:
    try:
        yield
    except RecursionError as exc:
        raise too_deep() from exc


def _series(rows: Sequence[Row], steps: range) -> tuple[Series, ...]:
    times = [step * MS for step in steps]
    made = (
        Series(row.labels, tuple((t, v) for t, v in zip(times, row.values, strict=True) if v is not None))
        for row in rows
    )
    return tuple(series for series in made if series.samples)


def _windows(evaluation: Evaluation, node: Node) -> tuple[Series, ...]:
    streams, (end,), length_ms = evaluation.windows(node)
    made = (
        Series(
            stream.labels,
            tuple(
                (t * MS, v) for t, v in zip(stream.times_ms, stream.values, strict=True) if end - length_ms < t <= end
            ),
        )
        for stream in streams
    )
    return tuple(series for series in made if series.samples)
