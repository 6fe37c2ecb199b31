"""Finds what is wrong with a protobuf message that the library refused, which says no more than that it did.

Walks the wire format (protobuf documentation, "Encoding") beside the descriptors. Only run after a refusal, so
clearness goes before speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from google.protobuf.descriptor import FieldDescriptor

from phoenix_dev.otlp.read_json import MOST_LEVELS

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

_VARINT, _FIXED64, _LENGTH, _GROUP, _END_GROUP, _FIXED32 = range(6)
_MOST_FIELD_NUMBER = 2**29 - 1
#: A million or two take a second; after that the fault is told without its place.
_MOST_FIELDS = 2_000_000
_SERVICE_KEY = b"\x0a\x0cservice.name\x12"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the offset in bytes at which it was seen."""

    reason: str
    offset: int


class _Found(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def explain(message: Descriptor, body: bytes) -> Fault:
    """The first fault of a body, by the path of its field where there is one:
    `resource_spans[0].scope_spans[0].spans[3].name is not UTF-8`.
    """
    try:
        _Walk(body).message(message, 0, len(body), "", 1)
    except _Found as found:
        return found.fault
    return Fault(f"the body is not a valid {message.name}", len(body))


def last_service(body: bytes, before: int) -> str:
    """The `service.name` that was sent last before an offset: a resource comes before what it sent. Empty where there
    is none.
    """
    at = body.rfind(_SERVICE_KEY, 0, before)
    if at < 0:
        return ""
    walk = _Walk(body)
    try:
        _, at = walk.varint(at + len(_SERVICE_KEY), len(body), "")
        tag, at = walk.varint(at, len(body), "")
        size, at = walk.varint(at, len(body), "")
    except _Found:
        return ""
    return body[at : at + size].decode("utf-8", "replace") if tag == 0x0A else ""


class _Walk:
    """One pass over a body."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._left = _MOST_FIELDS

    def message(self, kind: Descriptor | None, at: int, end: int, path: str, level: int) -> None:
        """Walk the fields between two offsets; an unknown message (None) is walked for its form alone."""
        if level > MOST_LEVELS:
            self._fault(f"{_shown(path)} is nested deeper than {MOST_LEVELS} messages", at)
        counts: dict[int, int] = {}
        while at < end:
            start = at
            self._left -= 1
            if not self._left:
                self._fault(f"the body is malformed, at or after byte {at}", at)
            tag, at = self.varint(at, end, path)
            number, wire = tag >> 3, tag & 7
            if not 0 < number <= _MOST_FIELD_NUMBER:
                self._fault(f"{_shown(path)} has a field number that protobuf does not know, at byte {start}", start)
            field = kind.fields_by_number.get(number) if kind is not None else None
            step = self._step(path, field, number, counts)
            at = self._value(field, wire, at, end, step, level, start)

    def _step(self, path: str, field: FieldDescriptor | None, number: int, counts: dict[int, int]) -> str:
        if field is None:
            return f"{path}.field {number}".lstrip(".")
        name = f"{path}.{field.name}".lstrip(".")
        if not field.is_repeated:
            return name
        index = counts[number] = counts.get(number, -1) + 1
        return f"{name}[{index}]"

    def _value(
        self, field: FieldDescriptor | None, wire: int, at: int, end: int, path: str, level: int, start: int
    ) -> int:
        if wire == _VARINT:
            return self.varint(at, end, path)[1]
        if wire in (_FIXED64, _FIXED32):
            return self._within(at + (8 if wire == _FIXED64 else 4), end, path, start)
        if wire == _GROUP:
            return self._group(at, end, path, level, start)
        if wire != _LENGTH:
            self._fault(f"{path} has a wire type that protobuf does not know, at byte {start}", start)
        size, at = self.varint(at, end, path)
        stop = self._within(at + size, end, path, start)
        if field is not None:
            self._content(field, at, stop, path, level)
        return stop

    def _content(self, field: FieldDescriptor, at: int, stop: int, path: str, level: int) -> None:
        if field.message_type is not None:
            self.message(field.message_type, at, stop, path, level + 1)
        elif field.type == FieldDescriptor.TYPE_STRING:
            try:
                self._body[at:stop].decode()
            except UnicodeDecodeError as exc:
                self._fault(f"{path} is not UTF-8", at + exc.start)
        elif field.is_repeated and field.type != FieldDescriptor.TYPE_BYTES:
            self._packed(field, at, stop, path)

    def _packed(self, field: FieldDescriptor, at: int, stop: int, path: str) -> None:
        path = path.rpartition("[")[0]
        if width := _WIDTHS.get(field.type):
            if (stop - at) % width:
                self._fault(f"{path} is not a whole number of {width}-byte values, at byte {at}", at)
            return
        while at < stop:
            _, at = self.varint(at, stop, path)

    def _group(self, at: int, end: int, path: str, level: int, start: int) -> int:
        """The offset after an (obsolete) group, whose end is marked by a tag of the same number instead of a length."""
        open_groups = [self.varint(start, end, path)[0] >> 3]
        while open_groups:
            tag, at = self.varint(at, end, path)
            number, wire = tag >> 3, tag & 7
            if wire == _GROUP:
                open_groups.append(number)
            elif wire == _END_GROUP and open_groups.pop() != number:
                self._fault(f"{path} is a group that is not ended, at byte {start}", start)
            if level + len(open_groups) > MOST_LEVELS:
                self._fault(f"{path} is nested deeper than {MOST_LEVELS} messages", start)
            if wire not in (_GROUP, _END_GROUP):
                at = self._value(None, wire, at, end, path, level, start)
        return at

    def varint(self, at: int, end: int, path: str) -> tuple[int, int]:
        """A number of up to ten bytes, and the offset after it."""
        start, value, shift = at, 0, 0
        while True:
            if shift == 70:
                self._fault(f"{_shown(path)} has a number of more than ten bytes, at byte {start}", start)
            if at >= end:
                self._fault(f"{_shown(path)} is cut short at byte {at}", at)
            byte = self._body[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, at
            shift += 7

    def _within(self, stop: int, end: int, path: str, start: int) -> int:
        if stop > end:
            self._fault(f"{path} is cut short: it starts at byte {start} and claims to end at {stop} of {end}", start)
        return stop

    def _fault(self, reason: str, offset: int) -> NoReturn:
        raise _Found(Fault(reason, offset))


def _shown(path: str) -> str:
    return path or "the body"


_WIDTHS = {
    FieldDescriptor.TYPE_DOUBLE: 8,
    FieldDescriptor.TYPE_FIXED64: 8,
    FieldDescriptor.TYPE_SFIXED64: 8,
    FieldDescriptor.TYPE_FLOAT: 4,
    FieldDescriptor.TYPE_FIXED32: 4,
    FieldDescriptor.TYPE_SFIXED32: 4,
}
