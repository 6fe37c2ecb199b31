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
    from phoenix_dev.signals.indicator import Group
    from phoenix_dev.signals.promtool.case import Case
    from phoenix_dev.signals.tuning import Tuning

_HEADING = "For `promtool test rules`."


def cases(tuning: Tuning) -> tuple[Case, ...]:
    """The tests of every rule that is there without settings, with the bounds of a tuning of the usual time scale."""
    return tuple(case for found in _by_group(tuning).values() for case in found)


def test_files(tuning: Tuning) -> dict[str, str]:
    """The text of each file by its name, beside those of the rules: a file a group, since a test evaluates all rules of
    the files that it names.
    """
    rules = alert_rules(tuning)
    tests = {group: document([f"{group}.yml"], found, rules) for group, found in _by_group(tuning).items()}
    if tuning.slos:
        burnt = [case for slo in tuning.slos for case in burning.cases(slo)]
        tests["slos"] = document(["slos.yml"], burnt, rules, burning.EVALUATION_S)
    return {f"{group}_test.yaml": yaml_text(written, _HEADING) for group, written in tests.items()}


def _by_group(tuning: Tuning) -> dict[Group, list[Case]]:
    found: dict[Group, list[Case]] = {"changes": list(changes.cases())}
    for indicator in INDICATORS:
        if indicator.name in SIMULATIONS:
            found.setdefault(indicator.group, []).extend(bounds.cases(indicator, tuning))
    return found
