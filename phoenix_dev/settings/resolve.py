"""Which source decides each setting: flag, variable, the project's file, the user's file, default, in this order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import UsageError
from phoenix_dev.settings.keys import KEYS, Key
from phoenix_dev.settings.values import (
    Alerts,
    Email,
    Images,
    Logs,
    Origin,
    Ports,
    Retention,
    Settings,
    attribute_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phoenix_dev.settings.keys import Value

FILE_NAME = "phoenix-dev.yaml"


def load(flags: Mapping[str, str]) -> Settings:
    """The effective settings of this process; `flags` are those of the command line, by the setting's name.

    Raises UsageError that names the flag, the variable, or the file and line that is wrong. Every file is checked
    whole, also where a flag decides.
    """
    written = [_read(path) for path in _files()]
    resolved = {key.name: _resolve(key, flags, written) for key in KEYS}
    return _with_places(_settings(resolved))


def _read(path: Path) -> Mapping[str, tuple[Value, Origin]]:
    from phoenix_dev.settings.document import read

    return read(path, KEYS)


def _files() -> list[Path]:
    """The settings files there are, the one that decides first."""
    from phoenix_dev.home import config_folder

    users = config_folder() / FILE_NAME
    nearest = _nearest_upwards()
    found = [nearest] if nearest is not None else []
    # isfile, not Path.is_file: a folder that may not be searched has no settings for us, and is no error either.
    if users not in found and os.path.isfile(users):
        found.append(users)
    return found


def _nearest_upwards() -> Path | None:
    from pathlib import Path

    try:
        here = Path.cwd()
    except FileNotFoundError:  # the shell's folder was deleted under it
        return None
    candidates = (folder / FILE_NAME for folder in (here, *here.parents))
    return next((path for path in candidates if os.path.isfile(path)), None)


def _resolve(
    key: Key, flags: Mapping[str, str], written: list[Mapping[str, tuple[Value, Origin]]]
) -> tuple[Value, Origin]:
    if key.name in flags:
        return _parse(key, flags[key.name], Origin("flag", key.flag)), Origin("flag", key.flag)
    # An empty variable is how a shell script says "not given".
    if text := os.environ.get(key.variable):
        return _parse(key, text, Origin("variable", key.variable)), Origin("variable", key.variable)
    return next((values[key.name] for values in written if key.name in values), (key.default, Origin("default")))


def _parse(key: Key, text: str, origin: Origin) -> Value:
    try:
        if key.shape != "text":
            from pathlib import Path

            from phoenix_dev.settings.lists import value_of_text

            return value_of_text(key, text, Path.cwd())
        return key.parse(text)
    except ValueError as error:
        raise UsageError(
            f"{origin.place} is '{text}', but has to be {error}", hint="phoenix-dev config --help"
        ) from error


def _with_places(settings: Settings) -> Settings:
    """The same with the URLs of checks whole: whose they are may stand in another source."""
    if not settings.checks:
        return settings
    from dataclasses import replace

    from phoenix_dev.settings.checks import placed

    try:
        found = placed(settings.checks, {entry.name: entry.url for entry in settings.services})
    except ValueError as error:
        raise UsageError(f"{settings.origins['checks'].place} {error}", hint="phoenix-dev config --help") from error
    return replace(settings, checks=found)


def _settings(resolved: Mapping[str, tuple[Value, Origin]]) -> Settings:
    groups: dict[str, dict[str, Any]] = {}
    for name, (value, _) in resolved.items():
        group, _, key = attribute_of(name).rpartition(".")
        groups.setdefault(group, {})[key] = value
    return Settings(
        **groups[""],
        ports=Ports(**groups["ports"]),
        retention=Retention(**groups["retention"]),
        images=Images(**groups["images"]),
        alerts=Alerts(**groups["alerts"], email=Email(**groups["alerts.email"])),
        logs=Logs(**groups["logs"]),
        origins={name: origin for name, (_, origin) in resolved.items()},
    )
