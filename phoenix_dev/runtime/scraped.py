"""Whom the stack of a project scrapes, whichever runtime it has: what the settings say, put down for its scraper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.scraping.targets import Target, write_targets

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.settings import Settings

#: Under this name the services of the settings stand among those to be scraped.
_SOURCE = "services"


def name_services(home: Path, settings: Settings) -> None:
    """Put down the services of the settings, in a project's state folder. Raises OSError."""
    write_targets(home, _SOURCE, [Target(entry.name, entry.url) for entry in settings.services])
