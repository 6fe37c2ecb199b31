"""What every MetricStore promises about expressions of PromQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.errors import UsageError
from phoenix_dev.stores.expressions import WrongExpression
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.series import Series
    from tests.contract.keeping import Kept

STEP = 15 * otlp.SECOND


@pytest.fixture
def story(kept: Kept) -> Kept:
    """Two services that did jobs for half a minute: a 5, 8 and 14, b 1, 1 and 1 of them, in total, every 15 seconds."""
    for step, done in enumerate((5, 8, 14)):
        time = kept.now + (step - 2) * STEP
        kept.send(_export(kept, "a", done, time), _export(kept, "b", 1, time))
    return kept


def _export(kept: Kept, service: str, done: int, time: int) -> Any:
    export = otlp.metrics(kept.own(service))
    metric = export.resource_metrics[0].scope_metrics[0].metrics.add(name="jobs.done", unit="{job}")
    metric.sum.is_monotonic = True
    metric.sum.aggregation_temporality = 2  # type: ignore[assignment]
    metric.sum.data_points.add(time_unix_nano=time, as_int=done, attributes=otlp.pairs({"queue.name": 'x"\n'}))
    metric = export.resource_metrics[0].scope_metrics[0].metrics.add(name="took", unit="s")
    metric.histogram.aggregation_temporality = 2  # type: ignore[assignment]
    point = metric.histogram.data_points.add(
        time_unix_nano=time, sum=done, count=2 * done, bucket_counts=[done, done, 0], explicit_bounds=[0.5, 1.5]
    )
    point.exemplars.add(time_unix_nano=time, as_double=0.75, trace_id=bytes([done] * 16))
    return export


def of(kept: Kept, service: str) -> str:
    return f'service_name="{kept.own(service)}"'


def only(kept: Kept) -> str:
    """The labels of both services."""
    return f'service_name=~".+-{kept.mark}"'


def values(kept: Kept, found: tuple[Series, ...], label: str = "service_name") -> Mapping[str, list[tuple[int, float]]]:
    """Samples by a label, without the mark of the test; times in steps from now."""
    return {
        one.labels.get(label, "").removesuffix(f"-{kept.mark}"): [
            ((time - kept.now) // STEP, value) for time, value in one.samples
        ]
        for one in found
    }


def test_an_expression_gives_a_value_for_each_set_of_labels(story: Kept) -> None:
    (a, b) = story.stores.metrics.query(f"jobs_done_total{{{only(story)}}}", story.now)
    named = {"__name__": "jobs_done_total", "queue_name": 'x"\n', "service_name": story.own("a"), "job": story.own("a")}
    # What is not told may be added: the environment is.
    assert named.items() <= dict(a.labels).items()
    assert (a.samples, b.samples) == (((story.now, 14.0),), ((story.now, 1.0),))
    earlier = story.stores.metrics.query(f"jobs_done_total{{{of(story, 'a')}}}", story.now - 1)
    assert values(story, earlier) == {"a": [(-1, 8.0)]}
    assert earlier[0].samples[0][0] == (story.now - 1) // otlp.MS * otlp.MS
    late = story.now + 300 * otlp.SECOND
    assert story.stores.metrics.query(f"jobs_done_total{{{of(story, 'a')}}}", late) == ()


def test_functions_and_operators_work_on_what_was_sent(story: Kept) -> None:
    def value(expression: str) -> float:
        ((_, found),) = story.stores.metrics.query(expression, story.now)[0].samples
        return found

    a = of(story, "a")
    # 9 in 30 seconds; before the first of them half a distance more.
    assert value(f"increase(jobs_done_total{{{a}}}[2m])") == pytest.approx(9 * 37.5 / 30)
    assert value(f"sum(jobs_done_total{{{only(story)}}}) / 5") == 3
    assert value(f"histogram_quantile(0.75, sum by (le) (rate(took_seconds_bucket{{{a}}}[1m])))") == pytest.approx(1)
    assert value(f"rate(took_seconds_sum{{{a}}}[1m]) / rate(took_seconds_count{{{a}}}[1m])") == pytest.approx(0.5)
    assert value("vector(1) / 0") == float("inf")
    assert value("2 ^ 3") == 8


def test_order_is_that_of_labels_or_the_expressions_own(story: Kept) -> None:
    def services(expression: str) -> list[str]:
        found = story.stores.metrics.query(expression, story.now)
        return [one.labels["service_name"].removesuffix(f"-{story.mark}") for one in found]

    selector = f"jobs_done_total{{{only(story)}}}"
    assert services(selector) == services(f"-{selector}") == services(f"sort_desc({selector})") == ["a", "b"]
    assert services(f"sort({selector})") == services(f"bottomk(2, {selector})") == ["b", "a"]


def test_a_range_has_a_value_at_each_step_at_which_there_is_one(story: Kept) -> None:
    metrics, begin = story.stores.metrics, story.now - 4 * STEP
    found = metrics.query_range(f"jobs_done_total{{{only(story)}}}", begin, story.now + STEP, STEP)
    assert values(story, found) == {
        "a": [(-2, 5), (-1, 8), (0, 14), (1, 14)],
        "b": [(-2, 1), (-1, 1), (0, 1), (1, 1)],
    }
    assert values(story, metrics.query_range(f"nothing{{{only(story)}}}", begin, story.now, STEP)) == {}
    assert values(story, metrics.query_range("7", story.now, story.now, STEP)) == {"": [(0, 7)]}
    assert values(story, metrics.query(f"jobs_done_total{{{of(story, 'a')}}}[40s]", story.now)) == {
        "a": [(-2, 5), (-1, 8), (0, 14)]
    }


def test_exemplars_lead_from_a_series_to_traces(story: Kept) -> None:
    expression = f"histogram_quantile(0.9, rate(took_seconds_bucket{{{only(story)}}}[5m]))"
    found = story.stores.metrics.exemplars(expression, story.now - 9 * STEP, story.now - STEP)
    assert [(one.time_ns, one.value, one.trace_id) for one in found if one.labels["job"] == story.own("a")] == [
        (story.now - 2 * STEP, 0.75, "05" * 16),
        (story.now - STEP, 0.75, "08" * 16),
    ]
    assert {one.labels["le"] for one in found} == {"1.5"}
    assert story.stores.metrics.exemplars("vector(1)", 0, story.now) == ()


def test_a_wrong_expression_is_told_with_its_place(kept: Kept) -> None:
    metrics = kept.stores.metrics
    for wrong, line in (("sum(", 1), ("up +\n nofunc(up)", 2)):
        for ask in (metrics.query, metrics.exemplars, metrics.query_range):
            times = {"query": 1, "exemplars": 2, "query_range": 3}[ask.__name__]
            with pytest.raises(WrongExpression) as error:
                ask(wrong, *[otlp.SECOND] * times)
            assert error.value.line == line
    with pytest.raises(WrongExpression, match="text"):
        metrics.query('"text"', kept.now)
    with pytest.raises(WrongExpression):
        metrics.query_range("up[5m]", kept.now, kept.now, STEP)
    with pytest.raises(WrongExpression, match="right"):
        metrics.query('vector(1) + on() (vector(1) or label_replace(vector(1), "a", "b", "", ""))', kept.now)


@pytest.mark.parametrize(("until", "step"), [(-1, STEP), (11_001 * STEP, STEP), (STEP, otlp.MS - 1)])
def test_a_range_that_is_none_is_refused(kept: Kept, until: int, step: int) -> None:
    with pytest.raises(UsageError, match="time range"):
        kept.stores.metrics.query_range("up", kept.now, kept.now + until, step)
