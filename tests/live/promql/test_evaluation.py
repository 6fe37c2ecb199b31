"""The same expressions over the same series, evaluated here and by Prometheus."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.promql import evaluate
from phoenix_dev.stores.expressions import WrongExpression
from tests import otlp
from tests.live.promql.asking import Answer, Prometheus, agree, answer_of
from tests.promql.expressions import Writer
from tests.promql.series import LENGTH_MS, Kept, exports, made_up

if TYPE_CHECKING:
    from tests.live.compose.by_hand import ByHand

EXPRESSIONS = 500
#: Prometheus takes samples of the last two hours.
AGO_MS = 100 * 60_000


@pytest.fixture(scope="module")
def begin_ms() -> int:
    """When the story of the series begins."""
    return round(time.time() * 1000) - AGO_MS


@pytest.fixture(scope="module")
def prometheus(stack: ByHand) -> Prometheus:
    return Prometheus(stack)


def test_what_expressions_give_is_what_prometheus_gives(prometheus: Prometheus, begin_ms: int) -> None:
    mark, seed = otlp.new_span_id(), 20260102
    kept = made_up(seed, begin_ms, mark)
    for export in exports(kept):
        prometheus.tell(export)
    dice = random.Random(seed)
    writer = Writer(dice, mark, (begin_ms / 1000, (begin_ms + LENGTH_MS) / 1000))
    answers, differ = 0, []
    for _ in range(EXPRESSIONS):
        expression, first = writer.expression(), begin_ms + dice.randrange(LENGTH_MS)
        step = dice.choice((1000, 15_000, 60_000, 77_777))
        steps = range(first, first + dice.choice((1, 1, dice.randrange(2, 40))) * step, step)
        theirs = prometheus.at(expression, first) if len(steps) == 1 else prometheus.over(expression, steps)
        ours = _ours(kept, expression, steps)
        answers += bool(theirs)
        if not agree(*map(_told, (ours, theirs)) if expression.startswith(("topk", "bottomk")) else (ours, theirs)):
            differ.append((expression, steps, ours, theirs))
    assert differ == []
    assert answers > EXPRESSIONS / 2


def _ours(kept: Kept, expression: str, steps: range) -> Answer | None:
    try:
        if len(steps) == 1:
            return answer_of(evaluate.at(kept, expression, steps[0]))
        return answer_of(evaluate.over(kept, expression, steps))
    except WrongExpression:
        return None


def _told(answer: Answer | None) -> Answer | None:
    """The values at each time without their labels: of equal ones, any may have been taken."""
    values: dict[int, list[float]] = {}
    for samples in (answer or {}).values():
        for at, value in samples.items():
            values.setdefault(at, []).append(value)
    ordered = {at: sorted(found, key=lambda value: (value != value, value)) for at, found in values.items()}
    told: Answer = {
        frozenset({("place", str(place))}): {at: found[place] for at, found in ordered.items() if place < len(found)}
        for place in range(max(map(len, ordered.values()), default=0))
    }
    return None if answer is None else told


@pytest.mark.parametrize(
    "expression",
    [
        "sum(",
        "rate(x)",
        "x + on(a) 1",
        "nofunc(x)",
        "1 == 2",
        "x{}{}",
        '{a=~".*"}',
        "x[5m] + 1",
        "sum by (a) x",
        "x @ foo",
    ],
)
def test_what_is_wrong_here_is_wrong_there(prometheus: Prometheus, expression: str) -> None:
    assert prometheus.at(expression, 0) is None
    assert _ours(Kept([]), expression, range(1)) is None
