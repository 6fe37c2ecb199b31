"""Writes the rules, and removes what is no longer made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals import loki, prometheus
from phoenix_dev.signals.tuning import Tuning

if TYPE_CHECKING:
    from pathlib import Path


def write_all(provisioning: Path) -> None:
    """Write the rules without settings below a folder."""
    for made in (prometheus, loki):
        folder = provisioning / made.FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        files = made.rule_files(Tuning())
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        for stale in folder.glob("*.yml"):
            if stale.name not in files:
                stale.unlink()
