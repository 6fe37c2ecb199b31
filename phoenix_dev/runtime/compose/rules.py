"""The rules of a project: those of the indicators, with the bounds, SLOs and indicators of its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals import loki, prometheus

if TYPE_CHECKING:
    from phoenix_dev.signals.tuning import Tuning


#: Where they lie in that folder.
FOLDERS = tuple(f"provisioning/{made.FOLDER}" for made in (prometheus, loki))


def rule_files(tuning: Tuning) -> dict[str, bytes]:
    """Files of the folder that compose runs from, by their path in it."""
    return {
        f"provisioning/{made.FOLDER}/{name}": text.encode()
        for made in (prometheus, loki)
        for name, text in made.rule_files(tuning).items()
    }
