"""The dashboards against Grafana's own types: @grafana/schema of the version that the stack runs, and tsc."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tests.grafana import ROOT, dashboards, panels
from tests.npm import npm_project
from tests.tools import need

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = Path(__file__).parent / "schema"
KINDS = {
    "stat": "StatPanel",
    "state-timeline": "StateTimelinePanel",
    "timeseries": "TimeSeriesPanel",
    "table": "TablePanel",
    "logs": "LogsPanel",
}


def test_the_schema_is_of_the_version_that_the_stack_runs() -> None:
    image = yaml.safe_load((ROOT / "compose" / "compose.yaml").read_text("utf-8"))["services"]["grafana"]["image"]
    pinned = json.loads((SCHEMA / "package.json").read_text("utf-8"))["devDependencies"]
    assert image.rsplit(":", 1)[1] == pinned["@grafana/schema"]


def test_dashboards_are_of_grafanas_types(tmp_path: Path) -> None:
    checked = npm_project(SCHEMA, tmp_path / "schema")
    compiler = [need("node"), "node_modules/typescript/bin/tsc", "--project", "."]
    types, *lines = _typed()
    (checked / "dashboards.ts").write_text("\n".join(["import './wrong';", types, *lines]), "utf-8")
    # A check that cannot fail would say nothing of this one either.
    wrong = next(line for line in lines if '"percentunit"' in line and "Panel = " in line).replace('"percentunit"', "7")
    (checked / "wrong.ts").write_text(f"{types}\n{wrong}", "utf-8")
    compiled = subprocess.run(compiler, cwd=checked, capture_output=True, text=True, timeout=120, check=False)
    errors = [line for line in compiled.stdout.splitlines() if "error TS" in line]
    assert [line for line in errors if not line.startswith("wrong.ts(")] == [], compiled.stdout
    assert "is not assignable to type 'string'" in compiled.stdout


def _typed() -> Iterator[str]:
    """A line of TypeScript for each dashboard, each panel and each query of Loki: the JSON, and what it must be."""
    yield f"import type {{ LokiTarget, WrittenDashboard, {', '.join(KINDS.values())} }} from './written';"
    for number, dashboard in enumerate(dashboards().values()):
        yield f"export const dashboard{number}: WrittenDashboard = {json.dumps(dashboard)};"
        for panel in panels(dashboard):
            name = f"{number}_{panel['id']}"
            yield f"export const panel{name}: {KINDS[panel['type']]} = {json.dumps(panel)};"
            for target in panel["targets"]:
                if target["datasource"]["type"] == "loki":
                    yield f"export const target{name}_{target['refId']}: LokiTarget = {json.dumps(target)};"
