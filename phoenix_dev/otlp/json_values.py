"""Reads the single values of OTLP/JSON: numbers, text, IDs, enums. Says of one that does not fit what it must be."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, NoReturn

from google.protobuf.descriptor import FieldDescriptor

from phoenix_dev.otlp.surrogates import without_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[Any], object]

_ID_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_INTEGER = re.compile(r"-?[0-9]{1,40}")
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,5})?")
_NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class Wrong(Exception):
    """A value that does not fit; `path` grows on the way out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def below(self, step: str) -> Wrong:
        """The same, one step further out."""
        self.path = step + self.path
        return self


class Constant(str):
    """NaN or Infinity without quotes, which JSON does not have."""

    __slots__ = ()


def expected(what: str, value: object) -> NoReturn:
    """Raises Wrong saying what a value must be and what it is."""
    raise Wrong(f"must be {what}, not {_kind_of(value)}")


def _kind_of(value: object) -> str:
    if isinstance(value, Constant):
        return str(value)
    if isinstance(value, dict):
        return "an object"
    names = {
        list: "an array",
        str: "a string",
        bool: "a boolean",
        int: "an integer",
        float: "a fraction",
    }
    return names.get(type(value), "null")


def reader(field: FieldDescriptor) -> Read:
    """Reads one value of a field that is no message. What it gives raises Wrong."""
    if field.type in _INTEGERS:
        return _integer_between(*_INTEGERS[field.type])
    if field.type == FieldDescriptor.TYPE_ENUM:
        return _enum(field)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _id if field.name in _ID_FIELDS else _base64
    return {
        FieldDescriptor.TYPE_BOOL: _boolean,
        FieldDescriptor.TYPE_STRING: _text,
        FieldDescriptor.TYPE_DOUBLE: _number,
        FieldDescriptor.TYPE_FLOAT: _number,
    }[field.type]


_INT32, _INT64 = (-(2**31), 2**31 - 1), (-(2**63), 2**63 - 1)
_UINT32, _UINT64 = (0, 2**32 - 1), (0, 2**64 - 1)
_INTEGERS: dict[int, tuple[int, int]] = {
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_SINT32: _INT32,
    FieldDescriptor.TYPE_SFIXED32: _INT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_SINT64: _INT64,
    FieldDescriptor.TYPE_SFIXED64: _INT64,
    FieldDescriptor.TYPE_UINT32: _UINT32,
    FieldDescriptor.TYPE_FIXED32: _UINT32,
    FieldDescriptor.TYPE_UINT64: _UINT64,
    FieldDescriptor.TYPE_FIXED64: _UINT64,
}


def _integer_between(least: int, most: int) -> Read:
    def read(value: Any) -> int:
        kind = type(value)
        written_out = kind is str and _INTEGER.fullmatch(value)
        if not (written_out or kind is int or (kind is float and value.is_integer())):
            expected("an integer", value)
        number = int(value)
        if not least <= number <= most:
            raise Wrong(f"must be between {least} and {most}")
        return number

    return read


def _enum(field: FieldDescriptor) -> Read:
    kind = field.enum_type
    assert kind is not None
    names = {value.name: value.number for value in kind.values}
    number = _integer_between(*_INT32)

    def read(value: Any) -> object:
        if type(value) is str and value in names:
            return names[value]
        if type(value) is str and not _INTEGER.fullmatch(value):
            raise Wrong(f"must be a number or a name of {kind.name}")
        return number(value)

    return read


def _id(value: Any) -> bytes:
    if type(value) is not str:
        expected("a string of hex digits", value)
    try:
        return binascii.unhexlify(value)
    except ValueError:
        raise Wrong("must be an even number of hex digits (OTLP/JSON writes IDs in hex, not in base64)") from None


def _base64(value: Any) -> bytes:
    if type(value) is not str:
        expected("a string of base64", value)
    try:
        text = value.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Wrong("must be base64") from None


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        expected("true or false", value)
    return bool(value)


def _text(value: Any) -> str:
    if type(value) is not str:
        expected("a string", value)
    return without_surrogates(value)


def _number(value: Any) -> float:
    kind = type(value)
    if kind is str and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if kind not in (int, float) and not (kind is str and _NUMBER.fullmatch(value)):
        expected("a number", value)
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if number in (float("inf"), float("-inf")):
        raise Wrong("is larger than a double can hold")
    return number
