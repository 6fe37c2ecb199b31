"""Every rule, evaluated one after the other; what fires as series, as Prometheus tells it of itself."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.alerting.routes import THINGS, inhibitors
from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.promql import evaluate
from phoenix_dev.promql.source import STALE
from phoenix_dev.watching.rules import WatchedRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from phoenix_dev.model.alert import Alert, RuleState
    from phoenix_dev.promql.source import SeriesSource
    from phoenix_dev.signals.rule import AlertRule, RecordingRule

    #: Takes values of series: labels (the same object each time), time (Unix ms), values.
    Put = Callable[[Sequence[Mapping[str, str]], int, array[float]], None]
    Labels = tuple[tuple[str, str], ...]

#: Labels of series are remembered so long as there are no more of them (who takes values knows a series by the object
#: that its labels are), and those of the last evaluation in any case.
_MOST_SERIES = 2_000
_NS = 10**6


class Evaluation:
    """Of rules, over a source, every `least_ms` at most; what they give as series is handed to `put`. `things`: the
    labels that tell what one alert is about from what another is.
    """

    def __init__(
        self,
        rules: Sequence[AlertRule],
        recording: Sequence[RecordingRule],
        source: SeriesSource,
        put: Put,
        least_ms: int,
        things: Sequence[str] = THINGS,
    ) -> None:
        self._source = source
        self._things = things
        self._put = put
        self._rules: list[WatchedRule] = []
        self.change(rules, recording, least_ms)
        self._series: dict[Labels, Sequence[Mapping[str, str]]] = {}
        self._told: set[Labels] = set()

    def remember(self, states: Sequence[RuleState], now_ms: int) -> None:
        """Take up the alerts that there were before a restart."""
        known = {(state.name, state.severity, state.expression): state for state in states}
        for watched in self._rules:
            rule = watched.rule
            if state := known.get((rule.alert, rule.severity, rule.expression)):
                watched.remember(state, now_ms)

    def change(self, rules: Sequence[AlertRule], recording: Sequence[RecordingRule], least_ms: int) -> None:
        """From now on evaluate these rules, every `least_ms` at most. A rule of the same name and severity goes on with
        the alerts that the former one had, as Prometheus has it when it reads its rules anew.
        """
        before = {_identity(watched.rule): watched for watched in self._rules}
        self._recording = recording
        self._rules = [WatchedRule(rule, least_ms) for rule in rules]
        for watched in self._rules:
            if former := before.get(_identity(watched.rule)):
                watched.go_on_from(former)

    @property
    def states(self) -> tuple[RuleState, ...]:
        """How every rule stands now."""
        return with_inhibited([watched.state for watched in self._rules], self._things)

    def turn(self, now_ms: int) -> tuple[RuleState, ...]:
        """Evaluate what it is time for; how every rule stands now."""
        for recording in self._recording:
            self._record(recording, now_ms)
        for watched in self._rules:
            watched.evaluate(self._source, now_ms)
        states = self.states
        self._tell(states, now_ms)
        return states

    def _record(self, rule: RecordingRule, now_ms: int) -> None:
        try:
            found = evaluate.at(self._source, rule.expression, now_ms)
        except PhoenixDevError:
            return  # its alert rule says what is wrong
        for one in found:
            labels = {**one.labels, **rule.labels, "__name__": rule.record}
            self._put(self._known(_key(labels)), now_ms, array("d", [one.samples[-1][1]]))

    def _tell(self, states: Sequence[RuleState], now_ms: int) -> None:
        """`ALERTS` is 1 for each alert; `ALERTS_FOR_STATE`, since when its condition holds (Unix seconds)."""
        values: dict[Labels, float] = {}
        for alert in (alert for state in states for alert in state.alerts):
            values[_key({**alert.labels, "__name__": "ALERTS", "alertstate": alert.state})] = 1.0
            values[_key({**alert.labels, "__name__": "ALERTS_FOR_STATE"})] = float(alert.since_ns // 10**9)
        ended = dict.fromkeys(self._told - values.keys(), STALE)
        for key, value in (values | ended).items():
            self._put(self._known(key), now_ms, array("d", [value]))
        self._told = set(values)
        self._forget(len(values))

    def _forget(self, used: int) -> None:
        """What was used longest ago, where there is too much."""
        too_many = len(self._series) - max(_MOST_SERIES, 2 * used)
        for key in list(self._series)[: max(0, too_many)]:
            del self._series[key]

    def _known(self, key: Labels) -> Sequence[Mapping[str, str]]:
        """The same object each time; that which was used last stands last."""
        labels = self._series.pop(key, None) or (dict(key),)
        self._series[key] = labels
        return labels


def _identity(rule: AlertRule) -> tuple[str, str, str]:
    return rule.alert, rule.severity, rule.indicator


def with_inhibited(states: Sequence[RuleState], things: Sequence[str]) -> tuple[RuleState, ...]:
    """Rules whose alerts say what keeps them from being told."""
    firing = [alert for state in states for alert in state.alerts if alert.state == "firing"]
    return tuple(replace(state, alerts=tuple(_inhibited(state.alerts, firing, things))) for state in states)


def _inhibited(alerts: Sequence[Alert], firing: Sequence[Alert], things: Sequence[str]) -> Iterator[Alert]:
    for alert in alerts:
        words = dict.fromkeys(f"{other.severity} {other.name}" for other in inhibitors(alert, firing, things))
        yield replace(alert, inhibited_by=tuple(words)) if words else alert


def _key(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted((name, text) for name, text in labels.items() if text))
