"""Whom the stack of a project asks, whichever runtime it has: what the settings say, put down for those who ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.processes.in_place import put_in_place
from phoenix_dev.scraping.targets import Target, read_targets, targets_folder, targets_of, write_targets
from phoenix_dev.synthetic.check import checks_of, write_checks
from phoenix_dev.synthetic.collector import collector_config

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.settings import Settings

#: Under this name the services of the settings stand among those to be scraped.
_SOURCE = "services"
#: Of the infrastructure collector's configuration, beside the lists of those to be scraped: that folder may change
#: without its container being replaced.
OTHERS_FILE = "others.yaml"
_NOBODY = b"service: {}\n"
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


def write_others(home: Path) -> bool:
    """Put down whose health the infrastructure collector asks beside that of the services of the settings: the demo's,
    where it runs. Whether that is something else than before. Raises OSError.
    """
    known = {target.url for target in targets_of(home, _SOURCE)}
    others = [(target.service, target.url) for target in read_targets(home) if target.url not in known]
    content = collector_config((), others, "other") if others else _NOBODY
    file = targets_folder(home) / OTHERS_FILE
    if file.is_file() and file.read_bytes() == content:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(0o755)
    put_in_place(file, content, mode=0o644)  # for the collector, which is another user
    return True
