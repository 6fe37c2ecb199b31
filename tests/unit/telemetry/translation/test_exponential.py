"""Exponential histograms as explicit ones. That the collector makes the same of them, tests/live/promql shows."""

from __future__ import annotations

import math
import random
import re
from typing import Any

import pytest
import yaml
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from phoenix_dev.assets import assets_folder
from phoenix_dev.telemetry.translation.exponential import OTHERS, SECONDS, explicit


def exponential(unit: str = "s", **fields: Any) -> tuple[Metric, Any]:
    metric = Metric(name="took", unit=unit)
    metric.exponential_histogram.aggregation_temporality = 2  # type: ignore[assignment]
    return metric, metric.exponential_histogram.data_points.add(**fields)


def measured(values: list[float], scale: int) -> Metric:
    """What an SDK makes of values, with buckets of that scale."""
    index = [math.ceil(math.log2(value) * 2**scale) - 1 for value in values]
    metric, point = exponential(count=len(values), sum=sum(values), scale=scale)
    point.positive.offset = min(index)
    point.positive.bucket_counts.extend(index.count(one) for one in range(min(index), max(index) + 1))
    return metric


def below(metric: Metric) -> dict[float, int]:
    """By upper end, how many are not above it."""
    (point,) = explicit(metric).histogram.data_points
    ends = point.explicit_bounds
    return {end: sum(point.bucket_counts[: place + 1]) for place, end in enumerate(ends)}


@pytest.mark.parametrize("scale", [0, 1, 3, 7])
def test_from_scale_0_on_each_value_is_in_its_bucket_whatever_the_scale(scale: int) -> None:
    dice = random.Random(scale)
    values = [dice.lognormvariate(-2, 2) for _ in range(500)]
    found = below(measured(values, scale))
    assert list(found) == list(SECONDS)
    assert found == {end: sum(value <= end for value in values) for end in SECONDS}


def test_zeros_and_what_is_below_them_are_in_the_lowest_bucket_and_the_largest_in_the_last() -> None:
    metric, point = exponential("By", count=11, zero_count=4, scale=-1)
    point.negative.bucket_counts.extend([2])
    point.positive.offset = 18
    point.positive.bucket_counts.extend([5])
    found = below(metric)
    assert list(found) == list(OTHERS)
    assert (found[0.0], found[OTHERS[-2]], found[OTHERS[-1]]) == (6, 6, 11)


@pytest.mark.parametrize("scale", [-(2**31), -11, 21, 2**31 - 1])
@pytest.mark.parametrize("offset", [-(2**31), 2**31 - 1])
def test_no_scale_and_no_offset_ends_it(scale: int, offset: int) -> None:
    metric, point = exponential(count=3, scale=scale)
    point.positive.offset = offset
    point.positive.bucket_counts.extend([1, 2])
    assert below(metric)[SECONDS[-1]] == 3


def test_counts_that_no_bucket_can_hold_are_as_many_as_one_can() -> None:
    metric, point = exponential(zero_count=2**64 - 1, scale=-10)
    point.negative.bucket_counts.extend([2**64 - 1, 1])
    assert below(metric)[0.0] == 2**64 - 1


def test_the_collector_has_the_same_ends() -> None:
    """Before it moves them up by one."""
    config = yaml.safe_load((assets_folder() / "compose" / "otelcol" / "config.yaml").read_text(encoding="utf-8"))
    text = str(config["processors"]["transform/histograms"])
    lists = [[float(number) for number in found.split(",")] for found in re.findall(r'"midpoint", \[([^\]]+)\]', text)]
    assert [[2 * end for end in lists[0]], [4 * end for end in lists[1]]] == [list(SECONDS), list(OTHERS)]
