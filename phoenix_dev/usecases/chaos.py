"""`chaos`: let a fault happen, and see that its alert fires, arrives, and is over when the fault is."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from phoenix_dev.errors import ExpectationFailed, NotReady, UsageError
from phoenix_dev.model.drill import DrillReport, Other, Reached
from phoenix_dev.model.message import told_of
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.usecases.besides import belongs, explained

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from phoenix_dev.model.alert import Alert, Delivery
    from phoenix_dev.model.drill import Expected, Stage
    from phoenix_dev.runtime.protocol import Runtime
    from phoenix_dev.signals.indicator import Source
    from phoenix_dev.signals.rule import AlertRule
    from phoenix_dev.signals.tuning import Tuning
    from phoenix_dev.stores import Stores
    from phoenix_dev.usecases.fault_at_hand import FaultAtHand

_POLL_S = 0.2
#: Until all answer who know of alerts (seconds): what was started a moment ago may not yet.
_ANSWERING_S = 30.0
#: Until rules are evaluated with another scale of time (seconds); Loki looks for others once a minute.
_SCALED_S: Mapping[Source, float] = {"metric": 30.0, "span": 30.0, "log": 90.0}
#: Until a message that an alert is over has come, if one comes: groups are looked at once a minute (seconds).
_TOLD_S = 75.0
#: How long nothing is said while something is waited for (seconds).
_SILENCE_S = 3.0
_HOUR_NS = 3600 * 10**9
_ALERTS = "phoenix-dev alerts"


@contextmanager
def drill(runtime: Runtime, time_scale: float) -> Iterator[None]:
    """For as long as this lasts, durations of rules are divided by `time_scale`."""
    runtime.begin_drill(time_scale)
    try:
        yield
    finally:
        runtime.end_drill()


def rule_of(expected: Expected, tuning: Tuning, time_scale: float) -> AlertRule:
    """The rule of an alert as a drill evaluates it. Raises UsageError when there is none."""
    rules = alert_rules(replace(tuning, time_scale=time_scale))
    for rule in rules:
        if (rule.alert, rule.severity) == (expected.alert, expected.severity):
            return rule
    names = sorted({rule.alert for rule in rules})
    near = get_close_matches(expected.alert, names, 1) or [", ".join(names)]
    severities = ", ".join(rule.severity for rule in rules if rule.alert == expected.alert)
    if severities:
        raise UsageError(f"{expected.alert} has no severity {expected.severity}, but {severities}", hint=_ALERTS)
    raise UsageError(f"there is no alert '{expected.alert}'; is it {near[0]}?", hint=_ALERTS)


@dataclass(slots=True)
class Trial:
    """A fault that is let happen, with a drill on. `run` once; the report is complete after that.

    `timeout_s`: so long each stage is waited for, beyond what its rule says that it lasts. `say` is told what is waited
    for before the fault begins, where that takes a while.
    """

    fault: FaultAtHand
    stores: Stores
    tuning: Tuning
    time_scale: float
    timeout_s: float
    say: Callable[[str], None] = lambda _: None
    _stages: list[Reached] = field(default_factory=list)
    _others: dict[str, Other] = field(default_factory=dict)
    _missed: Stage | None = None
    _began_ns: int = 0
    _said: str = ""

    @property
    def report(self) -> DrillReport:
        """What has come of it so far."""
        others = tuple(self._others.values())
        return DrillReport(
            self.fault.what, self.fault.expected, self.time_scale, tuple(self._stages), others, self._missed
        )

    def run(self) -> Generator[Reached | Other]:
        """Each stage as it is reached, and each alert that was not expected. Whatever ends it takes the fault away.

        Raises NotReady when what the alert measures is not there, or the alert fires before.
        """
        rule = rule_of(self.fault.expected, self.tuning, self.time_scale)
        self._await(self._all_answer, _ANSWERING_S, "not everybody answers who knows of alerts")
        unscaled = "the rules are not evaluated in the drill's scale of time"
        self._await(lambda: self._is_scaled(rule), _SCALED_S[rule.source], unscaled)
        with self.fault.around():
            self._await(self._is_ready, self.timeout_s, "what the alert is about is not measured")
            self._await(self._is_calm, self.timeout_s, f"{rule.alert} ({rule.severity}) fires already")
            self._await_told()
            self._began_ns = time.time_ns()
            try:
                self.fault.inject()
                yield from self._stage("pending", self.timeout_s, rule)
                yield from self._stage("firing", rule.for_s + self.timeout_s, rule)
                yield from self._stage("delivered", self.timeout_s, rule)
            finally:
                self.fault.recover()
            yield self._reached("recovered", self._after_s(), "the fault was taken away")
            yield from self._stage("resolved", self.timeout_s, rule)
            yield from self._stage("told_resolved", self.timeout_s, rule)

    def _stage(self, stage: Stage, patience_s: float, rule: AlertRule) -> Iterator[Reached | Other]:
        """Wait for a stage, unless one before it was missed."""
        if self._missed:
            return
        deadline, why = time.monotonic() + patience_s, ""
        while True:
            self.fault.check()
            try:
                alerts = self._alerts()
                yield from self._unexpected(alerts)
                reached = self._look(stage, alerts, rule)
            except NotReady as error:
                reached, why = None, error.message
            if reached:
                yield reached
                return
            if time.monotonic() > deadline:
                self._missed = stage
                yield self._reached(stage, None, why or f"not within {patience_s:g} s")
                return
            time.sleep(_POLL_S)

    def _look(self, stage: Stage, alerts: Iterable[Alert], rule: AlertRule) -> Reached | None:
        """A stage, if it is reached."""
        ours = [alert for alert in alerts if self.fault.expected.is_met_by(alert)]
        if stage == "pending" and ours:
            if not rule.for_s:
                return self._reached(stage, None, "its rule fires at once")
            return self._reached(stage, self._after_s(min(one.since_ns for one in ours)), _summary(ours[0]))
        if stage == "firing" and (firing := [one for one in ours if one.state == "firing"]):
            return self._reached(stage, self._after_s(), _summary(firing[0]))
        if stage == "resolved" and not ours:
            return self._reached(stage, self._after_s())
        if stage in ("delivered", "told_resolved"):
            over = stage == "told_resolved"
            told = next((one for one in self._deliveries() if self._tells(one, over=over)), None)
            return self._reached(stage, self._after_s(told.time_ns), f"{told.channel}: {told.title}") if told else None
        return None

    def _tells(self, delivery: Delivery, *, over: bool) -> bool:
        """Whether a message is the one about the alert: its channel, its severity, what it is about."""
        expected = self.fault.expected
        if (delivery.channel, delivery.severity) != (expected.channel, expected.severity):
            return False
        if expected.alert not in delivery.alerts:
            return False
        if over and delivery.status == "resolved":
            return all(value in delivery.body for value in expected.labels.values())
        said = told_of(delivery, resolved=over)
        return all(value in said for value in expected.labels.values()) and (over or delivery.status == "firing")

    def _unexpected(self, alerts: Iterable[Alert]) -> Iterator[Other]:
        for alert in alerts:
            key = repr(sorted(alert.labels.items()))
            new = alert.state == "firing" and alert.since_ns >= self._began_ns and key not in self._others
            if new and not belongs(alert, self.fault.expected, self.fault.along):
                why = explained(alert, self.fault.expected, self.tuning, self.time_scale)
                other = Other(alert.name, alert.severity, _summary(alert), self._after_s(), why)
                self._others[key] = other
                yield other

    def _alerts(self) -> list[Alert]:
        """Raises NotReady where the rule of the expected alert is not among those that are known."""
        rules, expected = self.stores.alerts.rules(), self.fault.expected
        if rules.lacks and not any((rule.name, rule.severity) == (expected.alert, expected.severity) for rule in rules):
            raise NotReady(rules.lacks[-1], hint=_ALERTS)
        return [alert for rule in rules for alert in rule.alerts]

    def _deliveries(self) -> tuple[Delivery, ...]:
        return self.stores.alerts.deliveries(self._began_ns)

    def _all_answer(self) -> bool:
        if lacks := self.stores.alerts.rules().lacks:
            raise NotReady(lacks[0], hint=_ALERTS)
        return True

    def _is_scaled(self, wanted: AlertRule) -> bool:
        return any(
            (rule.name, rule.severity) == (wanted.alert, wanted.severity)
            and abs(rule.for_s - wanted.for_s) < 0.01
            and not rule.trouble
            and rule.evaluated_ns > 0
            for rule in self.stores.alerts.rules()
        )

    def _is_ready(self) -> bool:
        return not self.fault.ready or bool(self.stores.metrics.query(self.fault.ready, time.time_ns()))

    def _is_calm(self) -> bool:
        expected = self.fault.expected
        return not any(
            alert.name == expected.alert and expected.labels.items() <= alert.labels.items() for alert in self._alerts()
        )

    def _await_told(self) -> None:
        """Wait until it was told that the alert is over, where it was told before that it fires: whoever sends messages
        does not tell of what fires again meanwhile. That it is over may never be told, so it is not waited for in vain.
        """
        began = time.monotonic()
        while time.monotonic() < began + _TOLD_S:
            told = [
                over
                for one in self.stores.alerts.deliveries(time.time_ns() - _HOUR_NS)
                for over in (False, True)
                if self._tells(one, over=over)
            ]
            if not told or told[-1]:
                return
            self._say_once(began, "it was not told yet that the alert before this is over")
            time.sleep(_POLL_S)

    def _await(self, condition: Callable[[], bool], patience_s: float, otherwise: str) -> None:
        """Raises NotReady with `otherwise` when a condition does not come true."""
        began, why = time.monotonic(), ""
        while True:
            self.fault.check()
            try:
                if condition():
                    return
                why = ""
            except NotReady as error:
                why = f" ({error.message})"
            if time.monotonic() > began + patience_s:
                raise NotReady(f"{otherwise}, after {patience_s:g} s{why}", hint=_ALERTS)
            self._say_once(began, otherwise)
            time.sleep(_POLL_S)

    def _say_once(self, began: float, why: str) -> None:
        if why != self._said and time.monotonic() > began + _SILENCE_S:
            self._said = why
            self.say(f"waiting: {why}")

    def _reached(self, stage: Stage, after_s: float | None, detail: str = "") -> Reached:
        reached = Reached(stage, after_s, detail)
        self._stages.append(reached)
        return reached

    def _after_s(self, time_ns: int = 0) -> float:
        return max(0.0, ((time_ns or time.time_ns()) - self._began_ns) / 1e9)


def failure_of(report: DrillReport) -> ExpectationFailed | None:
    """What to say where a drill proves nothing."""
    expected = report.expected
    if report.missed:
        said = next(one.detail for one in report.stages if one.stage == report.missed)
        what = report.missed.replace("told_", "message that it is ")
        return ExpectationFailed(f"{expected.alert} ({expected.severity}), {what}: {said}", hint=_ALERTS)
    wrong = [f"{one.alert} ({one.severity})" for one in report.others if not one.explained]
    if wrong:
        return ExpectationFailed(f"nobody expected {', '.join(dict.fromkeys(wrong))}", hint=_ALERTS)
    return None


def _summary(alert: Alert) -> str:
    return alert.annotations.get("summary", "")
