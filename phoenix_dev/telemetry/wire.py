"""Joining serialised OTLP messages into TracesData, LogsData or MetricsData without building objects.

The three share their field numbers (opentelemetry-proto: trace.proto, logs.proto, metrics.proto): data.1 = resource
group, group.1 = resource, group.2 = scope group, scope group.1 = scope, scope group.2 = span, log record or metric;
3 = schema URL in both groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIELD_1 = b"\x0a"
_FIELD_2 = b"\x12"
_FIELD_3 = b"\x1a"


def _varint(number: int) -> bytes:
    if number < 0x80:
        return _ONE_BYTE[number]
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_ONE_BYTE = [bytes([number]) for number in range(0x80)]


def _field(tag: bytes, payload: bytes) -> bytes:
    return tag + _varint(len(payload)) + payload


def head(group: bytes, schema_url: str) -> bytes:
    """The opening of a resource group or a scope group: its resource or scope (serialised), and its schema URL."""
    opening = _field(_FIELD_1, group)
    return opening + _field(_FIELD_3, schema_url.encode()) if schema_url else opening


def items(messages: Iterable[bytes]) -> bytes:
    """Spans, log records or metrics (serialised) as the fields of their scope group."""
    return b"".join([_FIELD_2 + _varint(len(message)) + message for message in messages])


def resource_group(resource_head: bytes, scope_head: bytes, fields: bytes) -> bytes:
    """One resource group with one scope group in it, as a field of TracesData, LogsData or MetricsData; these may be
    concatenated.
    """
    return _field(_FIELD_1, resource_head + _field(_FIELD_2, scope_head + fields))
