"""Whom the infrastructure collector asks for health while the stack runs: it reads that anew on SIGHUP.

Its container stays: what it reads lies in a folder that is given to it whole, beside the one that compose runs from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.runtime.compose.parts import INFRASTRUCTURE
from phoenix_dev.runtime.scraped import write_others
from phoenix_dev.scraping.targets import targets_folder

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.runtime.compose.containers import Containers

#: There from before something else is written until the collector was told: who finds it has been killed in between.
_UNTOLD = ".untold"


def tell_collector(home: Path, containers: Containers) -> None:
    """Have those be asked that are listed now, in the project of that state folder; nobody else changes its stack
    meanwhile. Raises OSError, and NotReady when Docker does not answer.
    """
    untold = targets_folder(home) / _UNTOLD
    untold.parent.mkdir(parents=True, exist_ok=True)
    before = untold.exists()
    untold.touch()
    if write_others(home) or before:
        containers.signal(INFRASTRUCTURE.service, "SIGHUP")
    untold.unlink()
