"""Alerting rules, evaluated: what holds now, since when, and whether that is long enough.

What states there are and how they follow one another is what Prometheus does (rules/alerting.go): a condition that
holds is pending until it has held for the time that its rule wants, then it fires until it does not hold any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.model.alert import Alert, RuleState
from phoenix_dev.promql import evaluate
from phoenix_dev.promql.parse import parsed
from phoenix_dev.signals.annotations import rendered
from phoenix_dev.watching.interval import every_ms
from phoenix_dev.watching.log_rule import log_answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phoenix_dev.promql.source import SeriesSource
    from phoenix_dev.signals.rule import AlertRule

    #: What a condition holds for, and the value of its expression.
    Answer = tuple[Mapping[str, str], float]

_NS = 10**6
#: A rule that holds for more than that is wrong, not the world.
_MOST_ALERTS = 500
#: Whoever did not evaluate for so long (ms) knows nothing of what held meanwhile.
_TOO_LONG_MS = 3_600_000
_NAME = "__name__"


@dataclass(slots=True)
class _Active:
    """An alert; `asked` are the labels of the answer, which its texts name."""

    labels: dict[str, str]
    asked: Mapping[str, str]
    value: float
    since_ms: int
    fires: bool = False


class WatchedRule:
    """A rule and its alerts. It is evaluated every `least_ms` at most."""

    def __init__(self, rule: AlertRule, least_ms: int) -> None:
        self.rule = rule
        self._active: dict[tuple[tuple[str, str], ...], _Active] = {}
        self._evaluated_ms = 0
        self._trouble = ""
        self._every_ms = least_ms
        if rule.log is None:
            try:
                self._every_ms = every_ms(parsed(rule.expression), rule.for_s, least_ms)
            except PhoenixDevError as error:
                self._trouble = error.message

    def evaluate(self, source: SeriesSource, now_ms: int) -> None:
        """See what holds now, if it is time. Where that cannot be found out, all stays as it is."""
        if 0 <= now_ms - self._evaluated_ms < self._every_ms:
            return
        self._evaluated_ms = now_ms
        try:
            answers = list(self._answers(source, now_ms))
        except PhoenixDevError as error:
            self._trouble = error.message
            return
        self._trouble = f"it holds for {len(answers):,} things at once" if len(answers) > _MOST_ALERTS else ""
        if not self._trouble:
            self._take(answers, now_ms)

    def remember(self, state: RuleState, now_ms: int) -> None:
        """Take up the alerts that there were before a restart. The time in between counts for nothing."""
        gap_ms = max(0, now_ms - state.evaluated_ns // _NS)
        if gap_ms > _TOO_LONG_MS:
            return
        for alert in state.alerts:
            fires = alert.state == "firing"
            since_ms = alert.since_ns // _NS + (0 if fires else gap_ms)
            labels = dict(alert.labels)
            self._active[_key(labels)] = _Active(labels, labels, alert.value, since_ms, fires)

    def go_on_from(self, former: WatchedRule) -> None:
        """Take up the alerts of a rule that this one takes the place of."""
        self._active = former._active

    @property
    def state(self) -> RuleState:
        """The rule as it is now; what inhibits its alerts is not looked at here."""
        alerts = tuple(self._alert(active) for active in self._active.values())
        fires = any(active.fires for active in self._active.values())
        return RuleState(
            name=self.rule.alert,
            severity=self.rule.severity,
            expression=self.rule.expression,
            for_s=self.rule.for_s,
            state="firing" if fires else "pending" if alerts else "inactive",
            alerts=alerts,
            evaluated_ns=self._evaluated_ms * _NS,
            trouble=self._trouble,
        )

    def _answers(self, source: SeriesSource, now_ms: int) -> Iterable[Answer]:
        if self.rule.log is not None:
            return log_answers(source, self.rule.log, now_ms)
        found = evaluate.at(source, self.rule.expression, now_ms)
        return [(one.labels, one.samples[-1][1]) for one in found]

    def _take(self, answers: Sequence[Answer], now_ms: int) -> None:
        before, self._active = self._active, {}
        for labels, value in answers:
            own = {name: text for name, text in labels.items() if name != _NAME}
            told = {**own, **self.rule.labels, "alertname": self.rule.alert, "severity": self.rule.severity}
            active = before.get(_key(told)) or _Active(told, own, value, now_ms)
            active.asked, active.value = own, value
            active.since_ms = min(active.since_ms, now_ms)  # a clock that was set back
            active.fires = active.fires or now_ms - active.since_ms >= self.rule.for_s * 1000
            self._active[_key(told)] = active

    def _alert(self, active: _Active) -> Alert:
        texts = {name: rendered(text, active.asked, active.value) for name, text in self.rule.annotations.items()}
        return Alert(
            name=self.rule.alert,
            severity=self.rule.severity,
            state="firing" if active.fires else "pending",
            labels=active.labels,
            annotations=texts,
            value=active.value,
            since_ns=active.since_ms * _NS,
        )


def _key(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))
