"""The documents of signals.db: alerts and messages as they were when an earlier version wrote them."""

from __future__ import annotations

from dataclasses import fields

from phoenix_dev.model.alert import Alert, Delivery, RuleState
from phoenix_dev.telemetry.series.schema import VERSION

#: What is written into the file of a version. Whoever changes what a model holds changes the version with it: the file
#: is then begun anew, where a reader of the new version would fail at the documents of the old one.
WRITTEN = {
    2: {
        RuleState: {"name", "severity", "expression", "for_s", "state", "alerts", "evaluated_ns", "trouble"},
        Alert: {
            "name",
            "severity",
            "state",
            "labels",
            "annotations",
            "value",
            "since_ns",
            "inhibited_by",
            "silenced",
        },
        Delivery: {"time_ns", "channel", "status", "severity", "alerts", "title", "body"},
    }
}


def test_a_file_of_this_version_holds_what_its_models_hold() -> None:
    assert {model: {field.name for field in fields(model)} for model in WRITTEN[VERSION]} == WRITTEN[VERSION]
