"""Whom the stack of a project asks, whichever runtime it has: what the settings say, put down for those who ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.scraping.targets import Target, write_targets
from phoenix_dev.synthetic.check import checks_of, write_checks
from phoenix_dev.synthetic.collector import collector_config

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.settings import Settings

#: Under this name the services of the settings stand among those to be scraped.
_SOURCE = "services"


#: Of the infrastructure collector's configuration, below the folder of a stack's files.
_CHECKS_FILE = "compose/infrastructure/checks.yaml"


def name_services(home: Path, settings: Settings) -> None:
    """Put down the services and checks of the settings, in a project's state folder. Raises OSError."""
    write_targets(home, _SOURCE, [Target(entry.name, entry.url) for entry in settings.services])
    write_checks(home, checks_of(settings))


def infrastructure_files(settings: Settings) -> dict[str, bytes]:
    """What the infrastructure collector has to ask, as a file of the stack; none where there is nothing."""
    if not settings.services and not settings.checks:
        return {}
    services = [(entry.name, entry.url) for entry in settings.services]
    return {_CHECKS_FILE: collector_config(checks_of(settings), services)}
