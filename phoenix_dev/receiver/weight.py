"""What an export will take in memory once it is decoded, told before it is.

A message costs 40 to 190 bytes however short it is on the wire, and an empty one is two bytes: 16 MiB of those would
take 1.4 GB. Telemetry takes two to four times its size, as JSON six; lists of nothing but booleans and attributes of
one letter and one digit twelve. So RATIO times its size is more than any exporter comes to, and beside it there is
SLACK for what is small anyway.
"""

from __future__ import annotations

import contextlib
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from google.protobuf.descriptor import FieldDescriptor

from phoenix_dev.otlp.read_json import MOST_LEVELS
from phoenix_dev.receiver.limits import MOST_BYTES, TooLarge

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

RATIO = 12
SLACK = 1024 * 1024
#: The limit for one export, in bytes of memory.
MOST_WEIGHT = 8 * MOST_BYTES

#: Bytes of a message without fields and for each field, as measured (a text is longer, a number shorter).
_MESSAGE_WEIGHT, _FIELD_WEIGHT = 40, 8
#: A number of a packed list has 8 bytes, and the list up to half as many again to grow; on the wire it has 1 or 8.
_VARINT_WEIGHT, _FIXED_WEIGHT = 12, 2
_TEXT_WEIGHT = 32
_FIXED = (FieldDescriptor.TYPE_FIXED64, FieldDescriptor.TYPE_SFIXED64, FieldDescriptor.TYPE_DOUBLE)
#: Most messages are below this.
_COMMON_WEIGHT = 96

#: What each begins: an object with its keys or a list, its place in the parent, and the message that it becomes.
_JSON_WEIGHTS = {b"{": 160, b"[": 80, b",": 40}
#: From the end of one string of more than 60 bytes to the end of the next, which is captured.
_LONG_STRING = re.compile(rb'(?:[^"]++|"(?:[^"\\]|\\.){0,60}+")*+"((?:[^"\\]++|\\.)*+)"?', re.DOTALL)


def most_weight(message: Descriptor, encoding: str, body: bytes) -> int | None:
    """An upper bound of what a body will take (bytes), found in no time; None where that is too much, and `weight`
    has to look closer.
    """
    bound = _json_weight(body) if encoding == "json" else _bound(message, body)
    return bound if bound <= min(SLACK + 2 * RATIO * len(body), MOST_WEIGHT) else None


def weight(message: Descriptor, encoding: str, body: bytes) -> int:
    """What a body will take (bytes). Raises TooLarge above the limits. Takes up to a second for 16 MiB."""
    if encoding == "json":
        found = _json_weight(body) - _weight_of_strings(body)
        _check(found, len(body))
        return found
    scale = _Scale(body)
    with contextlib.suppress(IndexError):
        scale.message(message, 0, len(body), 1)
    return scale.weight


def _check(found: int, size: int) -> None:
    if found > SLACK + RATIO * size or found > MOST_WEIGHT:
        raise TooLarge(
            f"the first {size} bytes of the export are so many small parts that they would take more than "
            f"{min(SLACK + RATIO * size, MOST_WEIGHT)} bytes of memory"
        )


def _json_weight(body: bytes, start: int = 0, end: int | None = None) -> int:
    return sum(each * body.count(mark, start, end) for mark, each in _JSON_WEIGHTS.items())


def _weight_of_strings(body: bytes) -> int:
    """What was counted though it stands in a string; in short ones there is not enough of it to matter."""
    found = at = 0
    while (match := _LONG_STRING.match(body, at)) is not None:
        found += _json_weight(body, *match.span(1))
        at = match.end()
    return found


class _Part(NamedTuple):
    """A field that costs memory: its message if it holds one, the weight of each, and of each byte in it."""

    message: Descriptor | None
    each: int
    byte: int


@cache
def _parts(message: Descriptor) -> dict[int, _Part]:
    """The fields of a message that cost memory, by tag (wire type 2)."""
    return {field.number << 3 | 2: part for field in message.fields if (part := _part(field)) is not None}


def _part(field: FieldDescriptor) -> _Part | None:
    if (kind := field.message_type) is not None:
        # Of a oneof there is one at a time.
        slots = {each.containing_oneof.name if each.containing_oneof else each.name for each in kind.fields}
        return _Part(kind, _MESSAGE_WEIGHT + _FIELD_WEIGHT * len(slots), 0)
    if not field.is_repeated:
        return None
    if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
        return _Part(None, _TEXT_WEIGHT, 0)
    return _Part(None, 0, _FIXED_WEIGHT if field.type in _FIXED else _VARINT_WEIGHT)


@cache
def _most(message: Descriptor) -> tuple[dict[int, int], int]:
    """The most that one field anywhere below a message weighs, by tag (none of OTLP has more than one byte), and the
    most that a byte of a packed list weighs.
    """
    each: dict[int, int] = {}
    byte, seen, ahead = 0, {message}, [message]
    for kind in ahead:
        for tag, part in _parts(kind).items():
            each[tag] = max(each.get(tag, 0), part.each)
            byte = max(byte, part.byte)
            if part.message is not None and part.message not in seen:
                seen.add(part.message)
                ahead.append(part.message)
    return {tag: most for tag, most in each.items() if most}, byte


def _bound(message: Descriptor, body: bytes) -> int:
    """As if every byte that may be such a tag were one, and part of a packed list too: most are part of a text."""
    each, byte = _most(message)
    tags = len(body) - len(body.translate(None, bytes(each)))
    heavy = sum((most - _COMMON_WEIGHT) * body.count(tag) for tag, most in each.items() if most > _COMMON_WEIGHT)
    return _COMMON_WEIGHT * tags + heavy + byte * len(body)


class _Scale:
    """One pass over a body, in the order in which it would be decoded. What is malformed ends it: the decoder stops
    there too.
    """

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.weight = 0

    def message(self, kind: Descriptor, at: int, end: int, level: int) -> bool:
        """Weigh the fields between two offsets. False when they are malformed; IndexError when the body ends early."""
        parts, body = _parts(kind), self._body
        while at < end:
            # Nearly all tags and sizes have one byte; a call for each would double the time.
            tag, at = (body[at], at + 1) if body[at] < 0x80 else self._varint(at)
            wire = tag & 7
            if wire == 2:
                size, at = (body[at], at + 1) if body[at] < 0x80 else self._varint(at)
                if at + size > end or (tag in parts and not self._weigh(parts[tag], at, size, level)):
                    return False
                at += size
            elif wire == 0:
                at = at + 1 if body[at] < 0x80 else self._varint(at)[1]
            elif wire in (1, 5):
                at += 8 if wire == 1 else 4
            elif wire == 3:
                at = self._after_group(at)
            else:
                return False
        return at == end

    def _weigh(self, part: _Part, at: int, size: int, level: int) -> bool:
        kind, each, byte = part
        self.weight += each + byte * size
        _check(self.weight, at + size if byte else at)
        return kind is None or not size or (level < MOST_LEVELS and self.message(kind, at, at + size, level + 1))

    def _after_group(self, at: int) -> int:
        """The offset after an (obsolete) group: it is kept as it stands, whatever is in it."""
        depth = 1
        while depth:
            tag, at = self._varint(at)
            wire = tag & 7
            depth += (wire == 3) - (wire == 4)
            if wire == 2:
                size, at = self._varint(at)
                at += size
            elif wire == 0:
                at = self._varint(at)[1]
            elif wire in (1, 5):
                at += 8 if wire == 1 else 4
        return at

    def _varint(self, at: int) -> tuple[int, int]:
        value, shift = 0, 0
        while True:
            byte = self._body[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80 or shift > 63:
                return value, at
            shift += 7
