"""The effective settings as aligned lines or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.setting import EffectiveValue, ShownValue


def configuration_lines(values: Sequence[EffectiveValue]) -> list[str]:
    """A line a setting: name, value, origin. The origin may hold a path, and a path any character."""
    from phoenix_dev.render.text import escape

    names = max(len(setting.name) for setting in values)
    texts = [_text(setting.value) for setting in values]
    width = max(len(text) for text in texts)
    return [
        f"{setting.name:{names}}  {text:{width}}  {escape(setting.origin)}"
        for setting, text in zip(values, texts, strict=True)
    ]


def _text(value: ShownValue) -> str:
    from phoenix_dev.render.output import json_text

    return json_text(value) if isinstance(value, list) else str(value)


def configuration_json(values: Sequence[EffectiveValue]) -> dict[str, Any]:
    """The same by name: `{"project": {"value": "phoenix", "origin": "default"}, …}`."""
    return {setting.name: {"value": setting.value, "origin": setting.origin} for setting in values}
