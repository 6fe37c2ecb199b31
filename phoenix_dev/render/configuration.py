"""The effective settings as aligned lines or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.setting import EffectiveValue


def configuration_lines(values: Sequence[EffectiveValue]) -> list[str]:
    """A line a setting: name, value, origin. The origin may hold a path, and a path any character."""
    from phoenix_dev.render.text import escape

    names = max(len(setting.name) for setting in values)
    shown = max(len(str(setting.value)) for setting in values)
    return [f"{setting.name:{names}}  {setting.value!s:{shown}}  {escape(setting.origin)}" for setting in values]


def configuration_json(values: Sequence[EffectiveValue]) -> dict[str, Any]:
    """The same by name: `{"project": {"value": "phoenix", "origin": "default"}, …}`."""
    return {setting.name: {"value": setting.value, "origin": setting.origin} for setting in values}
