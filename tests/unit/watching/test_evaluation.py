"""Rules evaluated one after the other: what they give as series stays the same series, however many there are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from phoenix_dev.promql.source import Stream
from phoenix_dev.signals.indicator import Level
from phoenix_dev.signals.own import own_indicator
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.watching.evaluation import Evaluation

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping, Sequence

    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.promql.matchers import Matcher

ALERTS = 400
NAMES = ("depth", "lag", "age")
NOW_MS = 1_800_000_000_000


class TooDeep:
    """Of each metric so many series, all of them beyond any bound."""

    def select(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> list[Stream]:
        (name,) = (one.value for one in matchers if one.name == "__name__")
        if name not in NAMES:
            return []
        return [Stream({"__name__": name, "queue": str(one)}, [until_ms], [1e9]) for one in range(ALERTS)]

    def exemplars(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> list[Exemplar]:
        return []


def test_the_series_of_many_alerts_stay_the_same_series() -> None:
    """Whoever keeps them takes other labels for another series, and has room for so many."""
    seen: dict[tuple[tuple[str, str], ...], set[int]] = defaultdict(set)
    held: list[Sequence[Mapping[str, str]]] = []

    def put(labels: Sequence[Mapping[str, str]], time_ms: int, values: array[float]) -> None:
        held.append(labels)  # so that no number is given twice
        seen[tuple(sorted(labels[0].items()))].add(id(labels))

    own = tuple(own_indicator(name, name, (Level("warning", 1, 0),), above=True, labels=("queue",)) for name in NAMES)
    rules = [rule for rule in alert_rules(Tuning(indicators=own)) if rule.indicator in NAMES]
    evaluation = Evaluation(rules, (), TooDeep(), put, 1_000)
    for turn in range(3):
        evaluation.turn(NOW_MS + 1_000 * turn)
    assert len(seen) == 2 * len(NAMES) * ALERTS  # ALERTS and ALERTS_FOR_STATE of each
    assert {len(objects) for objects in seen.values()} == {1}
