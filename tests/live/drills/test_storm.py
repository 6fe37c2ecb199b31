"""Both runtimes' evaluation of the same telemetry: while it comes, and again from what was recorded of it.

A storm (storm.py) is sent to both at once. Claims about alerts hold for what lies a tenth from each bound at least; the
storm does, which is measured here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.drilling.catalogue import TABLE
from phoenix_dev.promql import evaluate
from phoenix_dev.signals.catalogue import BY_NAME
from phoenix_dev.signals.durations import filled
from phoenix_dev.signals.names import CALLS
from phoenix_dev.signals.rules import bound_of
from tests.live.drills.storm import RULES, SCALE, TUNING, concerns, raged
from tools.drill.agreement import EVERY_MS, compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from phoenix_dev.signals.rule import AlertRule
    from tests.live.drills.storm import Storm
    from tests.live.lifecycle.project import Project

    #: An alert, by its labels.
    Key = frozenset[tuple[str, str]]

_TENTH = 0.1
#: So long (ms) what was flushed may be under way on a busy machine, beside all that can be measured.
_UNDER_WAY_MS = 5_000


@dataclass(frozen=True, slots=True)
class Episode:
    """From when on (Unix ms) an alert was in each state, in this order, and when it last was in any."""

    states: tuple[str, ...]
    since_ms: tuple[int, ...]
    last_ms: int


@pytest.fixture(scope="module")
def storm(stack: tuple[Project, Any]) -> Storm:
    project, endpoints = stack
    assert project("demo", "stop").code == 0  # that of drills before: it would send beside the storm's own
    return raged(project.home, project.name, endpoints)


def test_both_runtimes_were_given_the_same_and_it_lies_a_tenth_from_each_bound(storm: Storm) -> None:
    assert {export.path for export in storm.recording.exports} == {"/v1/traces", "/v1/logs", "/v1/metrics"}
    assert {export.statuses for export in storm.recording.exports} == {(200, 200)}
    distances = _distances(storm)
    for row in TABLE:
        wanted = {"alertname": row.alert, "severity": row.severity, **row.labels}.items()
        found = [distance for key, distance in distances.items() if wanted <= dict(key).items()]
        assert found, row
        assert min(found) >= _TENTH, (row, found)


def test_every_alert_comes_and_goes_in_the_same_order_and_at_the_same_time(storm: Storm) -> None:
    ours, theirs = (_episodes(storm, runtime) for runtime in ("embedded", "compose"))
    near = {key for key, distance in _distances(storm).items() if abs(distance) < _TENTH}
    assert ours.keys() - near == theirs.keys() - near
    patience_ms = _patience_ms(storm)
    for key in theirs.keys() - near:
        (our,), (their,) = ours[key], theirs[key]
        rule = RULES[dict(key)["alertname"], dict(key)["severity"]]
        assert our.states == their.states == (("pending", "firing") if rule.for_s else ("firing",)), key
        times = zip((*our.since_ms, our.last_ms), (*their.since_ms, their.last_ms), strict=True)
        apart = [this - other for this, other in times]
        assert max(map(abs, apart)) <= patience_ms, (key, apart)


def test_prometheus_has_every_alert_in_the_same_state_at_every_evaluation(storm: Storm, tmp_path: Path) -> None:
    found = compare(storm.samples, TUNING, storm.began_ms, storm.over_ms, tmp_path)
    assert not found.trouble, found.trouble[-4000:]
    assert found.fired >= {(row.alert, row.severity) for row in TABLE}
    assert found.evaluations > (storm.over_ms - storm.began_ms) // EVERY_MS


def _distances(storm: Storm) -> dict[Key, float]:
    """Of every subject of every rule of the table, how far beyond its bound it was, or with a minus how far on the good
    side, as a part of the bound: the least in all the time in which the storm was at its height.
    """
    steps = range(storm.risen_ms, storm.height_ms, EVERY_MS)
    rules = {(row.alert, row.severity): RULES[row.alert, row.severity] for row in TABLE}
    return dict(one for rule in rules.values() for one in _distances_of(rule, storm, steps))


def _distances_of(rule: AlertRule, storm: Storm, steps: range) -> Iterator[tuple[Key, float]]:
    indicator = BY_NAME[rule.indicator]
    bound = next(bound_of(indicator, level, TUNING) for level in indicator.levels if level.severity == rule.severity)
    value = filled(indicator.expression, indicator.sampled_s, SCALE)
    for one in evaluate.over(storm.samples, value, steps):
        labels = {**one.labels, "alertname": rule.alert, "severity": rule.severity}
        if concerns(labels):
            beyond = [(value - bound) * (1 if indicator.above else -1) / (bound or 1) for _, value in one.samples]
            yield frozenset(labels.items()), min(beyond, key=abs)


def _episodes(storm: Storm, runtime: str) -> Mapping[Key, list[Episode]]:
    """When each alert that concerns us was in which state."""
    seen: dict[Key, dict[int, str]] = {}
    for stream in storm.alerts[runtime].streams:
        labels = {name: text for name, text in stream.labels.items() if name != "__name__"}
        state = labels.pop("alertstate")
        if concerns(labels):
            seen.setdefault(frozenset(labels.items()), {}).update(dict.fromkeys(stream.times_ms, state))
    # What is away for less has not ended: an evaluation was missed, or samples came late.
    bridged_ms = _between_flushes(storm) + _between_evaluations(storm, runtime)
    return {key: list(_parted(states, bridged_ms)) for key, states in seen.items()}


def _parted(states: Mapping[int, str], bridged_ms: int) -> Iterator[Episode]:
    times = sorted(states)
    ends = [this for this, following in pairwise(times) if following - this > bridged_ms] + times[-1:]
    for before, end in pairwise([0, *ends]):
        first = {states[at]: at for at in reversed(times) if before < at <= end}
        ordered = sorted(first, key=first.__getitem__)
        yield Episode(tuple(ordered), tuple(first[state] for state in ordered), end)


def _patience_ms(storm: Storm) -> float:
    """How far apart in time the two may be: a rate takes two flushes of the collector's span metrics, where the
    embedded runtime counts each second; each side may have evaluated just before; and an export goes to one after the
    other. All this as it was: on a busy machine flushes and evaluations are further apart.
    """
    evaluations = sum(_between_evaluations(storm, runtime) for runtime in storm.alerts)
    handed_on = max(export.took_s for export in storm.recording.exports) * 1_000
    return 2 * _between_flushes(storm) + evaluations + handed_on + _UNDER_WAY_MS


def _between_flushes(storm: Storm) -> int:
    return max(_gap([stream.times_ms]) for stream in storm.samples.streams if stream.labels["__name__"] == CALLS)


def _between_evaluations(storm: Storm, runtime: str) -> int:
    return _gap(stream.times_ms for stream in storm.alerts[runtime].streams)


def _gap(columns: Iterable[Iterable[int]]) -> int:
    times = sorted({time for column in columns for time in column})
    return max((following - this for this, following in pairwise(times)), default=0)
