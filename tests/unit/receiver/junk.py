"""Exports of nothing but tiny parts: little on the wire, up to ninety times as much in memory."""

from __future__ import annotations

from phoenix_dev.receiver.limits import MOST_BYTES

RESOURCE, SCOPE, ITEM = 0x0A, 0x12, 0x12
ATTRIBUTE, EVENT, LINK, VALUE, ARRAY, GAUGE, FIRST = 0x4A, 0x5A, 0x6A, 0x12, 0x2A, 0x2A, 0x0A


def field(tag: int, content: bytes) -> bytes:
    """A field of wire type 2."""
    size, sizes = len(content), bytearray()
    while size >= 0x80:
        sizes.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([tag, *sizes, size]) + content


def inside(content: bytes, *tags: int) -> bytes:
    """Content in messages, the outermost first."""
    for tag in reversed(tags):
        content = field(tag, content)
    return content


def empty(part: bytes, *tags: int, size: int = MOST_BYTES - 64) -> bytes:
    """So many bytes of one part, in the messages it belongs in."""
    return inside(part * (size // len(part)), *tags)


JUNK = {
    "traces: resource groups": empty(field(RESOURCE, b"")),
    "traces: scope groups": empty(field(SCOPE, b""), RESOURCE),
    "traces: spans": empty(field(ITEM, b""), RESOURCE, SCOPE),
    "traces: attributes": empty(field(ATTRIBUTE, b""), RESOURCE, SCOPE, ITEM),
    "traces: events": empty(field(EVENT, b""), RESOURCE, SCOPE, ITEM),
    "traces: links": empty(field(LINK, b""), RESOURCE, SCOPE, ITEM),
    "traces: array values": empty(field(FIRST, b""), RESOURCE, SCOPE, ITEM, ATTRIBUTE, VALUE, ARRAY),
    "traces: spans of four bytes": empty(field(ITEM, b"\x30\x01"), RESOURCE, SCOPE),
    "traces: resource groups of twelve bytes": empty(field(RESOURCE, field(RESOURCE, field(FIRST, bytes(6))))),
    "traces: spans behind a long text": field(0x7A, bytes(1 << 20)) + empty(b"\x12\0", RESOURCE, SCOPE, size=4 << 20),
    "logs: keys of entities": empty(field(0x1A, b""), RESOURCE, FIRST, 0x1A),
    "logs: resource groups": empty(field(RESOURCE, b"")),
    "logs: records": empty(field(ITEM, b""), RESOURCE, SCOPE),
    "metrics: metrics": empty(field(ITEM, b""), RESOURCE, SCOPE),
    "metrics: points": empty(field(FIRST, b""), RESOURCE, SCOPE, ITEM, GAUGE),
}


def _json(start: bytes, part: bytes, end: bytes) -> bytes:
    return start + part * ((MOST_BYTES - 64) // len(part) - 20) + part.rstrip(b",") + end


JUNK_JSON = {
    "resource groups": _json(b'{"resourceSpans":[', b"{},", b"]}"),
    "spans": _json(b'{"resourceSpans":[{"scopeSpans":[{"spans":[', b"{},", b"]}]}]}"),
    "attributes": _json(b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[', b"{},", b"]}]}]}]}"),
    "what no field is for": _json(b'{"x":[', b"[[]],", b"]}"),
    "objects with one key": _json(b'{"x":[', b'{"":1},', b"]}"),
}
