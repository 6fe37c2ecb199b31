"""Functions of the samples in a window: rate and its like, …_over_time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from operator import gt
from typing import TYPE_CHECKING

from phoenix_dev.promql.numbers import divided, highest, increased, lowest, mean, quantile, total, variance
from phoenix_dev.promql.rows import Row, twice, unnamed, without_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from phoenix_dev.promql.evaluation import Evaluation
    from phoenix_dev.promql.nodes import Call
    from phoenix_dev.promql.rows import Vector


#: Windows that are worked out before it is looked at the time again: one may hold all samples there are.
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Windows:
    """A series' samples in columns (Unix milliseconds, values) and the window at each step: `spans` are its first
    sample and the one behind its last, `ends` its end, `length_ms` how long it is. `steps` are the steps' own times,
    `parameters` what else the function was given.
    """

    times: Sequence[int]
    values: Sequence[float]
    spans: Sequence[tuple[int, int]]
    ends: Sequence[int]
    length_ms: int
    steps: Sequence[int]
    parameters: Sequence[float]


def over_windows(evaluation: Evaluation, call: Call) -> Vector:
    """A function with a window among its arguments, of each series in it."""
    function, keeps_name = WINDOW_FUNCTIONS[call.name]
    place = len(call.arguments) - 1 if call.name == "quantile_over_time" else 0
    others = [evaluation.scalar(one) for position, one in enumerate(call.arguments) if position != place]
    streams, ends, length_ms = evaluation.windows(call.arguments[place])
    parameters = others[0] if others else ()
    rows: Vector = []
    for stream in streams:
        spans = spans_of(stream.times_ms, ends, length_ms)
        windows = Windows(stream.times_ms, stream.values, spans, ends, length_ms, evaluation.steps, parameters)
        values: list[float | None] = []
        made = function(windows)
        while some := list(islice(made, _AT_ONCE)):
            evaluation.allowance.go_on()
            values += some
        if any(value is not None for value in values):
            rows.append(Row(stream.labels, values))
    return rows if keeps_name else _each_once(rows)


def _each_once(rows: Vector) -> Vector:
    """Without names; here two series that are the same then are an error even if they never meet."""
    if len({row.labels.get("__name__") for row in rows}) < 2:
        return [Row(without_name(row.labels), row.values) for row in rows]
    bare = unnamed(rows)
    if len(bare) < len(rows):
        raise twice()
    return bare


def spans_of(times: Sequence[int], ends: Sequence[int], length_ms: int) -> list[tuple[int, int]]:
    """The window at each step: from behind its beginning up to and including its end."""
    return [(bisect_right(times, end - length_ms), bisect_right(times, end)) for end in ends]


def _of_values(function: Callable[[Sequence[float]], float]) -> Callable[[Windows], Iterator[float | None]]:
    def called(windows: Windows) -> Iterator[float | None]:
        values = windows.values
        return (function(values[first:end]) if first < end else None for first, end in windows.spans)

    return called


def _extrapolated(*, counter: bool, per_second: bool) -> Callable[[Windows], Iterator[float | None]]:
    """By how much a series grew in its window, as if its samples reached from end to end: up to 1.1 times the distance
    of samples beyond the first and last of them, otherwise half of it. A counter that fell began anew at nothing, and
    was never below nothing.
    """

    def called(windows: Windows) -> Iterator[float | None]:
        times, values, length_ms = windows.times, windows.values, windows.length_ms
        falls = _falls(values) if counter else ()
        for (first, end), until in zip(windows.spans, windows.ends, strict=True):
            if end - first < 2:
                yield None
                continue
            begins, last = values[first], end - 1
            grown = values[last] - begins
            for place in falls[bisect_right(falls, first) : bisect_left(falls, end)] if falls else ():
                grown += values[place - 1]
            sampled = (times[last] - times[first]) / 1000
            apart = sampled / (last - first)
            before = (times[first] - until + length_ms) / 1000
            behind = (until - times[last]) / 1000
            if before >= apart * 1.1:
                before = apart / 2
            if counter and grown > 0 and begins >= 0:
                before = min(before, sampled * (begins / grown))
            if behind >= apart * 1.1:
                behind = apart / 2
            factor = (sampled + before + behind) / sampled
            yield grown * (factor / (length_ms / 1000) if per_second else factor)

    return called


def _falls(values: Sequence[float]) -> Sequence[int]:
    """The places of values that are lower than the one before."""
    if not any(map(gt, values, islice(values, 1, None))):
        return ()
    return [place for place in range(1, len(values)) if values[place] < values[place - 1]]


def _between_last_two(*, counter: bool) -> Callable[[Windows], Iterator[float | None]]:
    """irate, where `counter`, and idelta."""

    def called(windows: Windows) -> Iterator[float | None]:
        for first, end in windows.spans:
            if end - first < 2:
                yield None
                continue
            before, last = windows.values[end - 2], windows.values[end - 1]
            grown = last if counter and last < before else last - before
            seconds = (windows.times[end - 1] - windows.times[end - 2]) / 1000
            yield grown / seconds if counter else grown

    return called


def _resets(values: Sequence[float]) -> float:
    return float(sum(map(gt, values, islice(values, 1, None))))


def _changes(values: Sequence[float]) -> float:
    pairs = zip(values, islice(values, 1, None), strict=False)
    return float(sum(one != other and not (one != one and other != other) for one, other in pairs))


def _quantiles(windows: Windows) -> Iterator[float | None]:
    values = windows.values
    for (first, end), q in zip(windows.spans, windows.parameters, strict=True):
        yield quantile(q, values[first:end]) if first < end else None


def _line(times: Sequence[int], values: Sequence[float], zero_ms: int) -> tuple[float, float]:
    """Slope (per second) of the straight line that fits samples best, and its height at a time (least squares)."""
    if all(value == values[0] for value in values):
        return (float("nan"), float("nan")) if values[0] in (float("inf"), -float("inf")) else (0.0, values[0])
    sums = [(0.0, 0.0)] * 4
    for time, y in zip(times, values, strict=True):
        x = (time - zero_ms) / 1000
        sums = [increased(value, *sum_) for value, sum_ in zip((x, y, x * y, x * x), sums, strict=True)]
    x_sum, y_sum, xy_sum, x2_sum = (sum_ + rest for sum_, rest in sums)
    count = len(values)
    slope = divided(xy_sum - x_sum * y_sum / count, x2_sum - x_sum * x_sum / count)
    return slope, y_sum / count - slope * x_sum / count


def _slopes(windows: Windows) -> Iterator[float | None]:
    times, values = windows.times, windows.values
    for first, end in windows.spans:
        yield _line(times[first:end], values[first:end], times[first])[0] if end - first > 1 else None


def _predictions(windows: Windows) -> Iterator[float | None]:
    times, values = windows.times, windows.values
    for (first, end), now, ahead in zip(windows.spans, windows.steps, windows.parameters, strict=True):
        if end - first < 2:
            yield None
            continue
        slope, height = _line(times[first:end], values[first:end], now)
        yield slope * ahead + height


#: By name: the function of a series' windows, and whether the series keeps its name.
WINDOW_FUNCTIONS: dict[str, tuple[Callable[[Windows], Iterator[float | None]], bool]] = {
    "rate": (_extrapolated(counter=True, per_second=True), False),
    "increase": (_extrapolated(counter=True, per_second=False), False),
    "delta": (_extrapolated(counter=False, per_second=False), False),
    "irate": (_between_last_two(counter=True), False),
    "idelta": (_between_last_two(counter=False), False),
    "resets": (_of_values(_resets), False),
    "changes": (_of_values(_changes), False),
    "deriv": (_slopes, False),
    "predict_linear": (_predictions, False),
    "sum_over_time": (_of_values(total), False),
    "avg_over_time": (_of_values(mean), False),
    "min_over_time": (_of_values(lowest), False),
    "max_over_time": (_of_values(highest), False),
    "count_over_time": (_of_values(lambda values: float(len(values))), False),
    "first_over_time": (_of_values(lambda values: values[0]), True),
    "last_over_time": (_of_values(lambda values: values[-1]), True),
    "present_over_time": (_of_values(lambda _: 1.0), False),
    "stddev_over_time": (_of_values(lambda values: sqrt(variance(values))), False),
    "stdvar_over_time": (_of_values(variance), False),
    "quantile_over_time": (_quantiles, False),
}
