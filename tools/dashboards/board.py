"""A dashboard: its rows of tiles, laid out on the grid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    AnnotationContainer,
    DashboardCursorSync,
    DashboardLink,
    DashboardLinkType,
    GridPos,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.cog.builder import Builder
    from grafana_foundation_sdk.models.dashboard import Dashboard, VariableModel

    from tools.dashboards.panels import Tile

#: All dashboards carry it; each offers a way to the others by it.
TAG = "phoenix-dev"


@dataclass(frozen=True, slots=True)
class Section:
    """Tiles under a heading, in lines of 24 columns; all of a line are equally high."""

    title: str
    lines: Sequence[Sequence[Tile]]


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard. `uid` is part of its address and stays for good."""

    uid: str
    title: str
    description: str
    sections: Sequence[Section]
    variables: Sequence[Builder[VariableModel]] = ()

    @property
    def tiles(self) -> list[Tile]:
        """All of its tiles, in the order of reading."""
        return [tile for section in self.sections for line in section.lines for tile in line]

    @property
    def file_name(self) -> str:
        """The file that keeps it."""
        return f"{self.uid.removeprefix('phoenix-')}.json"

    def as_json(self) -> str:
        """What Grafana reads."""
        document: dict[str, Any] = json.loads(json.dumps(self._built(), cls=JSONEncoder))
        _leave_out_what_grafana_does_not_know(document)
        return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"

    def _built(self) -> Dashboard:
        board = (
            dashboard.Dashboard(self.title)
            .uid(self.uid)
            .description(self.description)
            .tags([TAG])
            .time("now-1h", "now")
            .timezone("browser")
            .refresh("10s")
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .variables(list(self.variables))
        )
        y, number = 0, 1
        for section in self.sections:
            board.with_row(dashboard.Row(section.title).id(number).grid_pos(_full_line(y)))
            y, number = y + 1, number + 1
            for line in section.lines:
                x = 0
                for tile in line:
                    board.with_panel(tile.at(x, y, number))
                    x, number = x + tile.width, number + 1
                y += max(tile.height for tile in line)
        built = board.build()
        built.annotations = AnnotationContainer(list_val=[])
        built.links = [_to_others()]
        return built


def _full_line(y: int) -> GridPos:
    return GridPos(h=1, w=24, x=0, y=y)


def _to_others() -> DashboardLink:
    return DashboardLink(
        title="Dashboards", type_val=DashboardLinkType.DASHBOARDS, icon="external link", tags=[TAG], keep_time=True
    )


def _leave_out_what_grafana_does_not_know(document: dict[str, Any]) -> None:
    # The SDK has one kind of variable, link and table for all versions of Grafana, and writes defaults of all.
    for link in document["links"]:
        del link["placement"]
    for variable in document["templating"]["list"]:
        for setting in ("auto", "auto_min", "auto_count", "skipUrlSync"):
            variable.pop(setting, None)
    for panel in document["panels"]:
        if panel["type"] == "table":
            del panel["options"]["footer"]
