"""`config`: every setting with its value and where that came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.setting import EffectiveValue
from phoenix_dev.settings import ServiceEntry

if TYPE_CHECKING:
    from phoenix_dev.model.setting import ShownValue
    from phoenix_dev.settings import RunEntry, Settings
    from phoenix_dev.settings.keys import Value


def effective_values(settings: Settings) -> tuple[EffectiveValue, ...]:
    """Every setting that exists, in the order of the documentation."""
    return tuple(
        EffectiveValue(name, _plain(settings.value(name)), str(origin)) for name, origin in settings.origins.items()
    )


def _plain(value: Value) -> ShownValue:
    if not isinstance(value, tuple):
        return value
    return [item if isinstance(item, str) else _entry(item) for item in value]


def _entry(entry: RunEntry | ServiceEntry) -> dict[str, object]:
    if isinstance(entry, ServiceEntry):
        return {"name": entry.name, "url": entry.url}
    return {"name": entry.name, "command": list(entry.argv), "dir": entry.dir, "env": dict(entry.env)}
