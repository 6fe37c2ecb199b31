"""Attribute values as OpenTelemetry defines them (specification, "Common", AnyValue), in Python's own types."""

from __future__ import annotations

import json
from collections.abc import Mapping

AttributeValue = str | bool | int | float | bytes | None | list["AttributeValue"] | dict[str, "AttributeValue"]
Attributes = Mapping[str, AttributeValue]


def text_of(value: AttributeValue) -> str:
    """A value as text: strings as they are, nothing for None, everything else as JSON (bytes as hex)."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, default=lambda raw: raw.hex() if isinstance(raw, bytes) else str(raw))
