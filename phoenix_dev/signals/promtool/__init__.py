"""Proof that alerts fire when they should and only then: tests for promtool, of both sides of each bound and duration.

They are made of data: which series make an indicator have a value (simulated.py). Rules that settings add have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals.catalogue import INDICATORS
from phoenix_dev.signals.promtool import bounds, burning, changes
from phoenix_dev.signals.promtool.case import document
from phoenix_dev.signals.promtool.simulated import SIMULATIONS
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.signals.promtool.case import Case
    from phoenix_dev.signals.tuning import Tuning

_HEADING = "For `promtool test rules`."


def cases(tuning: Tuning) -> tuple[Case, ...]:
    """The tests of every rule that is there without settings, with the bounds of a tuning of the usual time scale."""
    of_values = [
        case for indicator in INDICATORS if indicator.name in SIMULATIONS for case in bounds.cases(indicator, tuning)
    ]
    return (*of_values, *changes.cases())


def test_files(tuning: Tuning, rule_files: Iterable[str]) -> dict[str, str]:
    """The text of each file by its name; `rule_files` are the rules' names beside them."""
    rules = alert_rules(tuning)
    names = sorted(rule_files)
    slos = [name for name in names if name == "slos.yml"]
    files = {"rules_test.yaml": document([name for name in names if name not in slos], cases(tuning), rules)}
    if slos:
        burnt = [case for slo in tuning.slos for case in burning.cases(slo)]
        files["slos_test.yaml"] = document(slos, burnt, rules, burning.EVALUATION_S)
    return {name: yaml_text(written, _HEADING) for name, written in files.items()}
