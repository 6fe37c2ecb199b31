"""The rules that the stack is given: those of the settings, and only whom they are for is started anew for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from phoenix_dev.assets import assets_folder
from phoenix_dev.runtime.compose.rules import rule_files
from phoenix_dev.runtime.compose.stack_files import StackFiles
from phoenix_dev.signals.tuning import Slo, Tuning

if TYPE_CHECKING:
    from pathlib import Path

RULES = "provisioning/prometheus/rules"


def marks(files: StackFiles, tuning: Tuning) -> dict[str, str]:
    files.write(assets_folder(), {}, rule_files(tuning))
    services = json.loads(files.compose_files[1].read_text())["services"]
    return {name: service["labels"]["dev.phoenix.files"] for name, service in services.items()}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in after if after[name] != before[name]}


def test_the_usual_rules_are_those_that_lie_in_the_assets() -> None:
    for name, content in rule_files(Tuning()).items():
        assert (assets_folder() / name).read_bytes() == content, "run: python -m tools.rules"


def test_settings_start_anew_only_the_part_that_they_are_for(tmp_path: Path) -> None:
    files = StackFiles(tmp_path / "stack")
    usual = marks(files, Tuning())
    tuned = marks(files, Tuning(thresholds={"cpu": {"critical": 0.99}}, slos=(Slo("a", "", 0.9),)))
    assert changed(usual, tuned) == {"prometheus"}
    assert "> 0.99" in (files.folder / RULES / "hosts.yml").read_text()
    assert (files.folder / RULES / "slos.yml").is_file()
    assert changed(usual, marks(files, Tuning(thresholds={"fatal_logs": {"warning": 3}}))) == {"loki"}
    assert marks(files, Tuning()) == usual
    assert not (files.folder / RULES / "slos.yml").exists()
