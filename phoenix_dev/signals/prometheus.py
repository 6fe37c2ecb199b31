"""Rules in the form that Prometheus reads (its documentation, "Defining recording rules" and "Alerting rules")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from phoenix_dev.signals.durations import written
from phoenix_dev.signals.indicator import Group
from phoenix_dev.signals.rules import alert_rules, recording_rules
from phoenix_dev.signals.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.signals.rule import AlertRule, RecordingRule
    from phoenix_dev.signals.tuning import Tuning

#: Where they lie below `provisioning/`.
FOLDER = "prometheus/rules"
HEADING = "Made from phoenix_dev/signals by `python -m tools.rules`, and by `up` with the project's own thresholds."
#: In a drill rules are evaluated every second: durations are short then.
_DRILL_INTERVAL = "1s"


def rule_files(tuning: Tuning) -> dict[str, str]:
    """The text of each file by its name, a file a group; groups without a rule have none."""
    alerts = [rule for rule in alert_rules(tuning) if rule.source != "log"]
    files = {}
    for group in get_args(Group):
        # A group is evaluated from its beginning to its end: alerts see what has just been recorded.
        recorded = map(_recording, recording_rules(tuning)) if group == "slos" else ()
        rules = [*recorded, *(alert_document(rule) for rule in alerts if rule.group == group)]
        if rules:
            files[f"{group}.yml"] = yaml_text(group_document(group, rules, tuning), HEADING)
    return files


def group_document(name: str, rules: Sequence[dict[str, Any]], tuning: Tuning) -> dict[str, Any]:
    """A file with one group of rules."""
    interval = {"interval": _DRILL_INTERVAL} if tuning.time_scale > 1 else {}
    return {"groups": [{"name": name, **interval, "rules": rules}]}


def alert_document(rule: AlertRule) -> dict[str, Any]:
    """An alerting rule; Loki's ruler reads the same form."""
    lasting = {"for": written(rule.for_s)} if rule.for_s else {}
    return {
        "alert": rule.alert,
        "expr": rule.expression,
        **lasting,
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
    }


def _recording(rule: RecordingRule) -> dict[str, Any]:
    return {"record": rule.record, "expr": rule.expression, "labels": dict(rule.labels)}
