"""What expressions give, by examples worked out by hand. tests/live/promql asks Prometheus the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.promql import evaluate
from phoenix_dev.promql.source import STALE, Stream
from phoenix_dev.stores.expressions import WrongExpression
from tests.promql.series import Kept

if TYPE_CHECKING:
    from collections.abc import Sequence

S, M = 1000, 60_000
NAN, INF = math.nan, math.inf


def series(name: str, values: Sequence[float | None], every: int = 15 * S, **labels: str) -> Stream:
    """A series with a sample every so often from 0 on; None where there is none."""
    samples = [(place * every, value) for place, value in enumerate(values) if value is not None]
    return Stream({"__name__": name, **labels}, [time for time, _ in samples], [value for _, value in samples])


def at(expression: str, time: int, *streams: Stream) -> dict[str, float]:
    """Values by labels, spelt `a=1,b=2`."""
    found = evaluate.at(Kept(streams), expression, time)
    return {_spelt(one.labels): value for one in found for _, value in one.samples}


def over(expression: str, steps: range, *streams: Stream) -> dict[str, list[tuple[int, float]]]:
    """Samples by labels; times in seconds."""
    found = evaluate.over(Kept(streams), expression, steps)
    return {_spelt(one.labels): [(time // 10**9, value) for time, value in one.samples] for one in found}


def _spelt(labels: object) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(dict(labels).items()))  # type: ignore[call-overload]


def test_a_sample_counts_for_five_minutes_and_no_longer_than_its_series() -> None:
    one, ended = series("x", [1]), series("x", [1, STALE], a="1")
    assert at("x", 0, one) == {"__name__=x": 1}
    assert at("x", 5 * M - 1, one) == {"__name__=x": 1}
    assert at("x", 5 * M, one) == {}
    assert at("x", 14 * S, ended) == {"__name__=x,a=1": 1}
    assert at("x", 15 * S, ended) == {}
    assert at("x offset 10s", 15 * S, ended) == {"__name__=x,a=1": 1}


def test_a_window_has_its_end_and_not_its_beginning() -> None:
    x = series("x", [1, 2, 4, 8, 16])
    assert at("sum_over_time(x[30s])", 60 * S, x) == {"": 24}
    assert at("sum_over_time(x[31s])", 60 * S, x) == {"": 28}
    assert at("x[30s]", 60 * S, x) == {"__name__=x": 16}
    assert at("count_over_time(x[1m])", 60 * S, series("x", [1, NAN, STALE, 2, 3])) == {"": 3}


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        # Samples from 15 s to 60 s grew by 3 in 45 s; up to the window's beginning, 15 s before, it is one distance.
        ("increase(x[1m])", [0, 1, 2, 3, 4], 4),
        ("rate(x[1m])", [0, 1, 2, 3, 4], 4 / 60),
        # A counter that falls began anew at nothing: it grew by 1, 2 and 1.
        ("increase(x[1m])", [9, 9, 10, 2, 3], 4 * 4 / 3),
        ("delta(x[1m])", [9, 9, 10, 2, 3], -6 * 4 / 3),
        # From 1 on it was nothing half a distance before its first sample: no counter was ever below nothing.
        ("increase(x[1m])", [None, 1, 3, 5, 7], 6 * (45 + 7.5) / 45),
        # The last sample is 30 s before the window's end: more than 1.1 distances, so only half of one is added.
        ("increase(x[2m])", [0, 10, 20, None, None], 20 * (30 + 7.5) / 30),
        ("irate(x[1m])", [9, 9, 9, 9, 12], 3 / 15),
        ("irate(x[1m])", [9, 9, 9, 9, 3], 3 / 15),
        ("idelta(x[1m])", [9, 9, 9, 9, 3], -6),
        ("resets(x[2m])", [3, 1, 2, 0, 0], 2),
        ("changes(x[2m])", [NAN, NAN, 1, 1, 2], 2),
        ("deriv(x[2m])", [0, 15, 30, 45, 60], 1),
        ("predict_linear(x[2m], 3600)", [0, 15, 30, 45, 60], 3660),
        ("avg_over_time(x[2m])", [1e308, 1e308, 1e308, -1e308, 1e308], 0.6e308),
        ("sum_over_time(x[2m])", [1e16, 1, 1, 1, -1e16], 3),
        ("max_over_time(x[2m])", [NAN, 1, 2, NAN, 0], 2),
        ("min_over_time(x[2m])", [NAN, NAN, NAN, NAN, NAN], NAN),
        ("stddev_over_time(x[2m])", [2, 4, 4, 4, 6], math.sqrt(1.6)),
        ("quantile_over_time(0.75, x[2m])", [1, 2, 3, 4, 5], 4),
        ("max_over_time(x[1m:30s])", [1, 5, 2, 9, 0], 2),
    ],
)
def test_functions_of_a_window(expression: str, values: list[float | None], expected: float) -> None:
    assert at(expression, 60 * S, series("x", values)) == pytest.approx({"": expected}, nan_ok=True)


def test_a_range_query_looks_at_each_step_and_leaves_out_what_is_not_there() -> None:
    x = series("x", [1, 2, 3], every=M)
    assert over("x", range(0, 10 * M, 2 * M), x) == {"__name__=x": [(0, 1), (120, 3), (240, 3), (360, 3)]}
    assert over("x @ start() + x @ end()", range(0, 3 * M, M), x) == {"": [(0, 4), (60, 4), (120, 4)]}
    assert over("x > 2", range(0, 3 * M, M), x) == {"__name__=x": [(120, 3)]}
    assert over("time()", range(5 * S, 6 * S, 500), x) == {"": [(5, 5.0), (5, 5.5)]}


def test_aggregations_take_series_together() -> None:
    streams = [series("x", [value], a=a, b=b) for value, a, b in ((1, "1", "x"), (2, "1", "y"), (6, "2", "x"))]
    assert at("sum(x)", 0, *streams) == {"": 9}
    assert at("avg by (a) (x)", 0, *streams) == {"a=1": 1.5, "a=2": 6}
    assert at("max without (b) (x)", 0, *streams) == {"a=1": 2, "a=2": 6}
    assert at("count by (nothing) (x)", 0, *streams) == {"": 3}
    assert at("stddev(x)", 0, *streams) == pytest.approx({"": math.sqrt(14 / 3)})
    assert at("quantile(0.25, x)", 0, *streams) == {"": 1.5}
    assert at("topk(1, x)", 0, *streams) == {"__name__=x,a=2,b=x": 6}
    assert list(at("bottomk(2, x)", 0, *streams).values()) == [1, 2]
    assert at('count_values("v", x > bool 1.5)', 0, *streams) == {"v=0": 1, "v=1": 2}
    assert list(at("sort_desc(x)", 0, *streams).values()) == [6, 2, 1]
    assert at("sum(nothing)", 0, *streams) == {}


def test_series_of_two_sides_match_by_their_labels() -> None:
    errors = [series("errors", [value], service=name) for name, value in (("a", 1), ("b", 4), ("c", 0))]
    calls = [series("calls", [value], service=name) for name, value in (("a", 10), ("b", 0), ("d", 7))]
    both = [*errors, *calls]
    assert at("errors / calls", 0, *both) == {"service=a": 0.1, "service=b": INF}
    assert at("errors and calls", 0, *both) == {"__name__=errors,service=a": 1, "__name__=errors,service=b": 4}
    assert at("errors unless calls", 0, *both) == {"__name__=errors,service=c": 0}
    assert at("errors or calls", 0, *both).keys() == {
        "__name__=errors,service=a",
        "__name__=errors,service=b",
        "__name__=errors,service=c",
        "__name__=calls,service=d",
    }
    assert at("calls > bool errors", 0, *both) == {"service=a": 1, "service=b": 0}
    assert at("1 > errors", 0, *both) == {"__name__=errors,service=c": 0}
    info = series("info", [1], service="a", version="7")
    assert at("errors * on(service) group_left(version) info", 0, *both, info) == {"service=a,version=7": 1}


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("one + on(a) two", "several series on its right"),
        ("two + on(a) one", "several series on its left"),
        ("two + on(a) group_right one", "several series on its left"),
        ('two * on(a) group_left(b) label_replace(one, "b", "", "", "")', "same labels"),
        ('rate({__name__=~"one|two"}[1m])', "same labels"),
        ('label_replace(two, "b", "", "", "")', "same labels"),
        ('{__name__=~"one|two"} + 1', "same labels"),
        ("topk(NaN, two)", "how many"),
    ],
)
def test_an_answer_that_is_not_one_is_refused(expression: str, said: str) -> None:
    two = [series("two", [1, 2], a="1", b="p"), series("two", [1, 2], a="1", b="q")]
    with pytest.raises(WrongExpression, match=said):
        at(expression, 15 * S, series("one", [1, 2], a="1", b="p"), *two)


def test_quantiles_of_histograms_lie_in_buckets_as_if_evenly_spread() -> None:
    def histogram(*counts: float) -> list[Stream]:
        return [series("h_bucket", [count], le=end) for end, count in zip(("1", "2", "4", "+Inf"), counts, strict=True)]

    assert at("histogram_quantile(0.5, h_bucket)", 0, *histogram(2, 6, 8, 8)) == {"": 1.5}
    assert at("histogram_quantile(0.125, h_bucket)", 0, *histogram(2, 6, 8, 8)) == {"": 0.5}
    assert at("histogram_quantile(0.99, h_bucket)", 0, *histogram(2, 6, 8, 10)) == {"": 4}
    assert at("histogram_quantile(0.5, h_bucket)", 0, *histogram(2, 1, 8, 8)) == pytest.approx({"": 2 + 2 * 2 / 6})
    assert at("histogram_quantile(0.5, h_bucket)", 0, *histogram(0, 0, 0, 0)) == pytest.approx({"": NAN}, nan_ok=True)
    assert at("histogram_quantile(2, h_bucket)", 0, *histogram(1, 1, 1, 1)) == {"": INF}
    assert at("histogram_quantile(0.5, h_bucket)", 0, *histogram(1, 1, 1, 1)[:3]) == pytest.approx(
        {"": NAN}, nan_ok=True
    )


def test_what_is_absent_is_told_with_the_labels_that_were_asked_for() -> None:
    x = series("x", [1], a="1")
    assert at('absent(x{a="2",b=~"q",c="3"})', 0, x) == {"a=2,c=3": 1}
    assert at('absent(x{a="1"})', 0, x) == {}
    assert at("absent(sum(y))", 0, x) == {"": 1}
    assert at('absent_over_time(x{a="1"}[1m])', 2 * M, x) == {"a=1": 1}


def test_numbers_never_fail() -> None:
    x = series("x", [0])
    for expression, expected in (
        ("1 / 0", INF),
        ("0 / 0", NAN),
        ("-1 % 0", NAN),
        ("-7 % 3", -1),
        ("0 ^ -1", INF),
        ("-8 ^ 0.5", -math.sqrt(8)),
        ("(-8) ^ 0.5", NAN),
        ("10 ^ 999", INF),
        ("2 ^ 3 ^ 2", 512),
        ("scalar(ln(x))", -INF),
        ("scalar(exp(x + 1e9))", INF),
        ("scalar(sqrt(x - 1))", NAN),
        ("scalar(atanh(x + 1))", INF),
        ("scalar(x) == bool NaN", 0),
        ("scalar(round(x + 2.5))", 3),
        ("scalar(clamp_max(x, -3))", -3),
        ("scalar(clamp(x, 1, 0))", NAN),
        ("scalar(sgn(x - 4))", -1),
        ("scalar(year(x - 1)) * 100 + scalar(month(x - 1))", 196912),
        ("scalar(days_in_month(x + 951782400)) + scalar(day_of_year(x + 951782400))", 29 + 60),
        ("scalar(day_of_week(x)) * 100 + scalar(hour(x + 3600 * 25))", 401),
        ("0x1F + 5m", 331),
    ):
        assert at(expression, 0, x) == pytest.approx({"": expected}, nan_ok=True), expression


def test_labels_are_made_of_labels() -> None:
    x = series("x", [1], a="one-two")
    replaced = at('label_replace(x, "b", "$2.${1}.$$.$nothing", "a", "(.*)-(?P<q>.*)")', 0, x)
    assert replaced == {"__name__=x,a=one-two,b=two.one.$.": 1}
    assert at('label_replace(x, "a", "", "a", ".+")', 0, x) == {"__name__=x": 1}
    assert at('label_replace(x, "b", "no", "a", "one")', 0, x) == {"__name__=x,a=one-two": 1}
    assert at('label_join(x, "b", "/", "a", "nothing", "a")', 0, x) == {"__name__=x,a=one-two,b=one-two//one-two": 1}


def test_what_would_not_fit_into_memory_is_refused() -> None:
    with pytest.raises(WrongExpression, match="31,536,000,000 steps"):
        at("max_over_time(vector(time())[365d:1ms])", 0)
    many = [series("x", [1], a=str(number)) for number in range(21)]
    with pytest.raises(WrongExpression, match="21 series at 249,999 steps"):
        over("sum(x)", range(249_999), *many)
    with pytest.raises(WrongExpression, match="51 series at 100,000 steps"):
        over('count_values("v", vector(time()))', range(100_000))
    with pytest.raises(WrongExpression, match="longer than 65,536"):
        at(f'label_replace(x, "b", "{"$1" * 9}", "a", "(.*)")', 0, series("x", [1], a="a" * 8192))


def test_of_series_that_are_seldom_there_a_subquery_holds_what_there_is() -> None:
    begins = range(0, 7 * 1440 * M, 77 * M)
    short = [Stream({"__name__": "x", "a": str(at)}, [at + M, at + M + 15 * S], [1, 2]) for at in begins]
    assert at("sum(sum_over_time(x[7d:15s]))", 7 * 1440 * M, *short) == {"": len(begins) * (1 + 20 * 2)}


def test_what_would_be_read_or_last_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = series("x", range(60)), series("y", range(60))
    monkeypatch.setattr("phoenix_dev.promql.allowance.MOST_SAMPLES", 100)
    assert at("sum_over_time(x[1h])", 60 * M, x) == {"": 1770}
    with pytest.raises(WrongExpression, match="more than 100 samples"):
        at("sum_over_time(x[1h]) + sum_over_time(y[1h])", 60 * M, x, y)
    monkeypatch.undo()
    monkeypatch.setattr("phoenix_dev.promql.allowance.MOST_SECONDS", 0.2)
    with pytest.raises(WrongExpression, match="takes more than"):
        over("max_over_time(vector(1)[9h:1s])", range(10_000))
    monkeypatch.setattr("phoenix_dev.promql.allowance.MOST_SECONDS", -1)
    with pytest.raises(WrongExpression, match="takes more than"):
        at("x", 0, x)


def test_exemplars_are_those_of_every_selector() -> None:
    from phoenix_dev.model.series import Exemplar

    asked: list[tuple[str, int, int]] = []
    one = Exemplar({"a": "1"}, 7 * 10**9, 0.5, "ab" * 16)

    class Source(Kept):
        def exemplars(self, matchers, since_ms, until_ms):  # type: ignore[no-untyped-def]
            asked.append((matchers[0].value, since_ms, until_ms))
            return [one, Exemplar({"a": "1"}, 9 * 10**9, 1.0, "")]

    expression = "histogram_quantile(0.9, rate(x[5m])) / on() (scalar(y) + max_over_time(x[5m:1m]) + -x)"
    assert evaluate.exemplars(Source([]), expression, 5, 9) == (one,)
    assert asked == [("x", 5, 9), ("y", 5, 9)]
