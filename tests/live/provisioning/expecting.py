"""What every dashboard must show after traffic in which every fault occurred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.demo.catalogue import TOOL_NAMES
from tests.grafana import dashboards, panels
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from tests.live.provisioning.asking import Asked

BOARDS = dashboards()
#: What a user chooses: a service that fails at times and calls others, all of its operations, everything else.
TROUBLED = {
    "service": "orchestrator",
    "operation": ".*",
    "host": ".*",
    "container": ".*",
    "correlation_id": "",
    "text": "",
}
#: Each number of the Business dashboard, and what the services counted themselves.
COUNTED = {
    "LLM requests": ("llm.requests",),
    "LLM failures": ("llm.failures",),
    "Tokens in": ("llm.input_tokens",),
    "Tokens out": ("llm.output_tokens",),
    "Queries": ("knowledge_base.queries",),
    "Failed queries": ("knowledge_base.failures",),
    "Tool executions": tuple(f"tools.{tool}.{end}" for tool in TOOL_NAMES for end in ("succeeded", "failed")),
    "Failed tools": tuple(f"tools.{tool}.failed" for tool in TOOL_NAMES),
    "Cache hits": ("cache.hits",),
    "Cache misses": ("cache.misses",),
    "Active users": ("users",),
}


def expect_answers(file: str, asked: Asked) -> None:
    """Every query of every panel of a dashboard has an answer, once all that was measured has been handed on."""
    silent = [(panel["title"], target) for panel in panels(BOARDS[file]) for target in panel["targets"]]

    def all_answered() -> bool:
        silent[:] = [(title, target) for title, target in silent if not answer(asked, target, TROUBLED)]
        return not silent

    wait_until(all_answered, what=lambda: f"{file}: an answer to {silent}")


def expect_counts(asked: Asked, counts: Counter[str]) -> None:
    """The stat panels of the Business dashboard show these counts, and its tables those of each model and tool."""
    wanted = {title: sum(counts[name] for name in names) for title, names in COUNTED.items()}
    wait_until(lambda: counted(asked) == wanted, what=lambda: f"{wanted} instead of {counted(asked)}")
    used, successful, *_ = panel_of("business.json", "Tools")["targets"]
    by_tool = {row["metric"]["tool_name"]: float(row["value"][1]) for row in answer(asked, used, {})}
    share = {row["metric"]["tool_name"]: float(row["value"][1]) for row in answer(asked, successful, {})}
    for tool in TOOL_NAMES:
        well = counts[f"tools.{tool}.succeeded"]
        assert by_tool[tool] == well + counts[f"tools.{tool}.failed"]
        assert share[tool] == pytest.approx(well / by_tool[tool])
    requests, failed, _, _, tokens = (answer(asked, t, {})[0] for t in panel_of("business.json", "Models")["targets"])
    assert float(requests["value"][1]) == counts["llm.requests"]
    assert float(failed["value"][1]) == pytest.approx(counts["llm.failures"] / counts["llm.requests"])
    assert float(tokens["value"][1]) == counts["llm.input_tokens"] + counts["llm.output_tokens"]


def counted(asked: Asked) -> dict[str, float]:
    """What the stat panels show."""
    shown = {}
    for title in COUNTED:
        panel = next(p for p in panels(BOARDS["business.json"]) if p["title"] == title and p["type"] == "stat")
        shown[title] = sum(float(row["value"][1]) for row in answer(asked, panel["targets"][0], {}))
    return shown


def answer(asked: Asked, target: Mapping[str, Any], values: Mapping[str, str]) -> list[Any]:
    """What a query of a panel gives, with these values chosen."""
    return asked.query(target["datasource"]["uid"], target, values)


def panel_of(file: str, title: str) -> dict[str, Any]:
    """The first panel of a dashboard with this title."""
    return next(panel for panel in panels(BOARDS[file]) if panel["title"] == title)
