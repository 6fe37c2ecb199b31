"""The AlertStore on Prometheus, Loki, Alertmanager and the inbox."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import NotReady
from phoenix_dev.model.alert import CHANNELS, SEVERITIES, Alert, Rules, RuleState
from phoenix_dev.model.message import delivery_of
from phoenix_dev.model.moment import of_rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phoenix_dev.backends.alertmanager.client import AlertmanagerClient, InboxClient, RulesClient
    from phoenix_dev.model.alert import AlertState, Delivery, Severity

_STATES: tuple[AlertState, ...] = ("pending", "firing")
_ORDER: tuple[AlertState, ...] = ("inactive", *_STATES)
_Labels = frozenset[tuple[str, str]]


class AlertmanagerAlertStore:
    """Implements `AlertStore`. `evaluators` know the rules. Without an Alertmanager, which may be left out, nothing is
    known of what keeps alerts from being sent, and there is no inbox.
    """

    def __init__(
        self, evaluators: Sequence[RulesClient], alertmanager: AlertmanagerClient | None, inbox: InboxClient | None
    ) -> None:
        self._evaluators = evaluators
        self._alertmanager = alertmanager
        self._inbox = inbox

    def rules(self) -> Rules:
        """See `AlertStore.rules`. Without an answer of Alertmanager it is not known what keeps an alert back."""
        lacks: list[NotReady] = []
        kept_back: dict[_Labels, tuple[tuple[str, ...], bool]] = {}
        try:
            kept_back |= self._kept_back()
        except NotReady as error:
            lacks.append(error)
        found: list[RuleState] = []
        silent = 0
        for evaluator in self._evaluators:
            try:
                raw = evaluator.rules()
                with evaluator.understanding():
                    found += [_rule(one, kept_back) for one in raw]
            except NotReady as error:
                silent += 1
                lacks.append(error)
        if silent == len(self._evaluators):
            raise lacks[-silent]
        known = sorted(found, key=lambda rule: (rule.name, SEVERITIES.index(rule.severity)))
        return Rules(tuple(known), tuple(one.message for one in lacks))

    def deliveries(self, since_ns: int) -> tuple[Delivery, ...]:
        """See `AlertStore.deliveries`. Raises NotReady, too, where the stack runs without Alertmanager."""
        if self._inbox is None:
            raise NotReady(
                "the stack was started without Alertmanager, so nothing is sent to anybody", hint="phoenix-dev up"
            )
        raw = self._inbox.messages(since_ns)
        with self._inbox.understanding():
            known = [one for one in raw if one["channel"] in CHANNELS]
            return tuple(delivery_of(int(one["time_ns"]), one["channel"], str(one["body"])) for one in known)

    def _kept_back(self) -> Iterator[tuple[_Labels, tuple[tuple[str, ...], bool]]]:
        """By labels: what inhibits an alert, in words, and whether it is silenced."""
        if self._alertmanager is None:
            return
        raw = self._alertmanager.alerts()
        with self._alertmanager.understanding():
            names = {one["fingerprint"]: _words(one["labels"]) for one in raw}
            for one in raw:
                status = one["status"]
                by = tuple(dict.fromkeys(names.get(number, number) for number in status["inhibitedBy"]))
                yield _key(one["labels"]), (by, bool(status["silencedBy"]))


def _rule(raw: Any, kept_back: Mapping[_Labels, tuple[tuple[str, ...], bool]]) -> RuleState:
    severity = _severity(raw["labels"])
    alerts = tuple(_alert(one, severity, kept_back) for one in raw.get("alerts") or ())
    return RuleState(
        name=str(raw["name"]),
        severity=severity,
        expression=str(raw["query"]),
        for_s=float(raw["duration"]),
        # A rule that was read anew has its alerts from before, and no state until it is evaluated.
        state=max((_state(raw["state"]), *(one.state for one in alerts)), key=_ORDER.index),
        alerts=alerts,
        evaluated_ns=max(0, of_rfc3339(raw["lastEvaluation"])),
        trouble=str(raw.get("lastError", "")) if raw.get("health") == "err" else "",
    )


def _alert(raw: Any, severity: Severity, kept_back: Mapping[_Labels, tuple[tuple[str, ...], bool]]) -> Alert:
    labels = {str(name): str(value) for name, value in raw["labels"].items()}
    inhibited_by, silenced = kept_back.get(_key(labels), ((), False))
    return Alert(
        name=labels.get("alertname", ""),
        severity=severity,
        state=_state(raw["state"]),
        labels=labels,
        annotations={str(name): str(text) for name, text in raw["annotations"].items()},
        value=float(raw["value"] or math.nan),
        since_ns=of_rfc3339(raw["activeAt"]),
        inhibited_by=inhibited_by,
        silenced=silenced,
    )


def _state(text: str) -> AlertState:
    """A rule that was not evaluated yet (`unknown`) has nothing to tell."""
    return next((state for state in _STATES if state == text), "inactive")


def _severity(labels: Mapping[str, str]) -> Severity:
    """A rule of somebody else's may bear any severity, or none: it goes where what is noteworthy goes."""
    return next((severity for severity in SEVERITIES if labels.get("severity") == severity), "info")


def _words(labels: Mapping[str, str]) -> str:
    return f"{labels.get('severity', '')} {labels.get('alertname', '')}".strip()


def _key(labels: Mapping[str, Any]) -> _Labels:
    return frozenset((str(name), str(value)) for name, value in labels.items())
