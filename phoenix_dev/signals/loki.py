"""Rules whose source is a log, in the form that Loki's ruler reads: that of Prometheus, with LogQL in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals.prometheus import HEADING, alert_document, group_document
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.yaml_text import yaml_text

if TYPE_CHECKING:
    from phoenix_dev.signals.tuning import Tuning

#: Where they lie below `provisioning/`: a folder a tenant, and where nobody logs in there is this one.
FOLDER = "loki/rules/fake"


def rule_files(tuning: Tuning) -> dict[str, str]:
    """The text of each file by its name."""
    rules = [alert_document(rule) for rule in alert_rules(tuning) if rule.source == "log"]
    return {"logs.yml": yaml_text(group_document("logs", rules, tuning), HEADING)}
