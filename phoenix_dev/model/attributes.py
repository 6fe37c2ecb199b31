"""Attribute values as OpenTelemetry defines them (specification, "Common", AnyValue), in Python's own types."""

from __future__ import annotations

from collections.abc import Mapping

AttributeValue = str | bool | int | float | bytes | None | list["AttributeValue"] | dict[str, "AttributeValue"]
Attributes = Mapping[str, AttributeValue]
