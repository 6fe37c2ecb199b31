"""Attribute values as OpenTelemetry defines them (specification, "Common", AnyValue), in Python's own types."""

from __future__ import annotations

import json
from collections.abc import Mapping

AttributeValue = str | bool | int | float | bytes | None | list["AttributeValue"] | dict[str, "AttributeValue"]
Attributes = Mapping[str, AttributeValue]


def text_of(value: AttributeValue) -> str:
    """A value as text, wherever one is shown, compared or kept as such: strings as they are, nothing for None, bytes as
    hex, everything else as JSON without blanks.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(
        value,
        ensure_ascii=False,
        separators=(",", ":"),
        default=lambda raw: raw.hex() if isinstance(raw, bytes) else str(raw),
    )
