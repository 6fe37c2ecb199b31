"""All dashboards, and where they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.dashboards.business import business
from tools.dashboards.health import service_health
from tools.dashboards.infrastructure import infrastructure
from tools.dashboards.logbook import logs
from tools.dashboards.overview import system_overview
from tools.dashboards.service import service

if TYPE_CHECKING:
    from pathlib import Path

    from tools.dashboards.board import Board


def all_boards() -> tuple[Board, ...]:
    """Every dashboard, built anew."""
    return (system_overview(), service(), business(), infrastructure(), service_health(), logs())


def write_all(folder: Path) -> None:
    """Write each dashboard as JSON, and remove the JSON of dashboards that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {board.file_name: board.as_json() for board in all_boards()}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    for stale in folder.glob("*.json"):
        if stale.name not in written:
            stale.unlink()
