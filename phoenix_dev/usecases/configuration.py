"""`config`: every setting with its value and where that came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.setting import EffectiveValue

if TYPE_CHECKING:
    from phoenix_dev.settings import Settings


def effective_values(settings: Settings) -> tuple[EffectiveValue, ...]:
    """Every setting that exists, in the order of the documentation."""
    return tuple(EffectiveValue(name, settings.value(name), str(origin)) for name, origin in settings.origins.items())
