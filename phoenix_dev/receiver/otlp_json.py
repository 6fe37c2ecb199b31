"""Reads OTLP/JSON, straight into protobuf messages.

It is protobuf's JSON mapping with three differences (OTLP specification, "JSON Protobuf Encoding"): trace and span
IDs are hex, enums are numbers, unknown fields are ignored. As receivers should, it also takes enum names and the
fields' snake_case names. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from google.protobuf.descriptor import FieldDescriptor

from phoenix_dev.receiver.refused import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.descriptor import Descriptor

    from phoenix_dev.telemetry.inbox import ExportRequest

    Put = Callable[[Any, Any, int], None]
    Read = Callable[[Any], object]

#: How deep messages may nest, as in protobuf's binary form: what is deeper could not be written there.
MOST_LEVELS = 100

_ID_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_INTEGER = re.compile(r"-?[0-9]{1,40}")
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,5})?")
_NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(kind: type[ExportRequest], body: bytes) -> ExportRequest:
    """The export in a JSON body. Raises Malformed naming the path of the value or the position in the text."""
    root = _parsed(body)
    export = kind()
    try:
        _fill(export, root, _fields(export.DESCRIPTOR), 1)
    except _Wrong as wrong:
        raise Malformed(
            f"{wrong.path.removeprefix('.') or 'the body'} {wrong.reason}", service=_service_in(root)
        ) from None
    return export


class _Wrong(Exception):
    """A value that does not fit; `path` grows on the way out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def below(self, step: str) -> _Wrong:
        self.path = step + self.path
        return self


class _Constant(str):
    """NaN or Infinity without quotes, which JSON does not have."""

    __slots__ = ()


class _Repeated(dict[str, Any]):
    """An object that has one key twice."""

    key: str = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    repeated = _Repeated(plain)
    seen: set[str] = set()
    repeated.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeated


def _parsed(body: bytes) -> object:
    try:
        text = body.decode()
    except UnicodeDecodeError as exc:
        raise Malformed(f"the body is not UTF-8 at byte {exc.start}") from exc
    if text.startswith("\ufeff"):
        raise Malformed("the body starts with a byte order mark, which JSON must not have (RFC 8259, section 8.1)")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_Constant)
    except json.JSONDecodeError as exc:
        raise Malformed(f"the body is not JSON: {exc}") from exc
    except RecursionError:
        raise Malformed("the JSON is nested too deep") from None
    except ValueError as exc:
        raise Malformed("the JSON has a number of more digits than any field can hold") from exc


def _fill(message: Any, value: object, fields: dict[str, Put], level: int) -> None:
    if type(value) is not dict:
        _wrong_object(value)
    if level > MOST_LEVELS:
        raise _Wrong(f"is nested deeper than {MOST_LEVELS} messages")
    for key, item in value.items():
        if item is not None and (put := fields.get(key)) is not None:
            try:
                put(message, item, level)
            except _Wrong as wrong:
                raise wrong.below(f".{key}") from None


def _wrong_object(value: object) -> NoReturn:
    if isinstance(value, _Repeated):
        key = _LONE_SURROGATE.sub("\ufffd", value.key[:100])
        raise _Wrong(f"has the key {key!r} twice")
    _expected("an object", value)


def _expected(what: str, value: object) -> NoReturn:
    raise _Wrong(f"must be {what}, not {_kind_of(value)}")


def _kind_of(value: object) -> str:
    if isinstance(value, _Constant):
        return str(value)
    names = {
        dict: "an object",
        _Repeated: "an object",
        list: "an array",
        str: "a string",
        bool: "a boolean",
        int: "an integer",
        float: "a fraction",
    }
    return names.get(type(value), "null")


@cache
def _fields(message: Descriptor) -> dict[str, Put]:
    """How to put each field of a message, under both of its names."""
    puts: dict[str, Put] = {}
    for field in message.fields:
        puts[field.name] = puts[field.json_name] = _put(field)
    return puts


def _put(field: FieldDescriptor) -> Put:
    if field.message_type is not None:
        put = _put_messages(field) if field.is_repeated else _put_message(field)
    elif field.is_repeated:
        put = _put_values(field.name, _reader(field))
    elif field.type == FieldDescriptor.TYPE_STRING:
        put = _put_text(field.name)
    else:
        put = _put_value(field.name, _reader(field))
    choice = field.containing_oneof
    # An `optional` field stands in a choice of its own.
    return _put_choice(put, choice.name) if choice is not None and len(choice.fields) > 1 else put


def _put_choice(put: Put, choice: str) -> Put:
    def put_choice(message: Any, item: Any, level: int) -> None:
        if (other := message.WhichOneof(choice)) is not None:
            raise _Wrong(f"is set beside {other}: only one of them may be")
        put(message, item, level)

    return put_choice


def _put_message(field: FieldDescriptor) -> Put:
    name, kind = field.name, field.message_type

    def put_message(message: Any, item: Any, level: int) -> None:
        child = getattr(message, name)
        child.SetInParent()
        _fill(child, item, _fields(kind), level + 1)

    return put_message


def _put_messages(field: FieldDescriptor) -> Put:
    name, kind = field.name, field.message_type

    def put_messages(message: Any, item: Any, level: int) -> None:
        if type(item) is not list:
            _expected("an array", item)
        fields = _fields(kind)
        add = getattr(message, name).add
        for index, each in enumerate(item):
            try:
                _fill(add(), each, fields, level + 1)
            except _Wrong as wrong:
                raise wrong.below(f"[{index}]") from None

    return put_messages


def _put_values(name: str, read: Read) -> Put:
    def put_values(message: Any, item: Any, _level: int) -> None:
        if type(item) is not list:
            _expected("an array", item)
        append = getattr(message, name).append
        for index, each in enumerate(item):
            try:
                append(read(each))
            except _Wrong as wrong:
                raise wrong.below(f"[{index}]") from None

    return put_values


def _put_value(name: str, read: Read) -> Put:
    def put_value(message: Any, item: Any, _level: int) -> None:
        setattr(message, name, read(item))

    return put_value


def _put_text(name: str) -> Put:
    def put_text(message: Any, item: Any, _level: int) -> None:
        if type(item) is not str:
            _expected("a string", item)
        try:
            setattr(message, name, item)
        except UnicodeEncodeError:
            setattr(message, name, _LONE_SURROGATE.sub("\ufffd", item))

    return put_text


def _reader(field: FieldDescriptor) -> Read:
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
            _expected("an integer", value)
        number = int(value)
        if not least <= number <= most:
            raise _Wrong(f"must be between {least} and {most}")
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
            raise _Wrong(f"must be a number or a name of {kind.name}")
        return number(value)

    return read


def _id(value: Any) -> bytes:
    if type(value) is not str:
        _expected("a string of hex digits", value)
    try:
        return binascii.unhexlify(value)
    except ValueError:
        raise _Wrong("must be an even number of hex digits (OTLP/JSON writes IDs in hex, not in base64)") from None


def _base64(value: Any) -> bytes:
    if type(value) is not str:
        _expected("a string of base64", value)
    try:
        text = value.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise _Wrong("must be base64") from None


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        _expected("true or false", value)
    return bool(value)


def _text(value: Any) -> str:
    if type(value) is not str:
        _expected("a string", value)
    return _LONE_SURROGATE.sub("\ufffd", value)


def _number(value: Any) -> float:
    kind = type(value)
    if kind is str and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if kind not in (int, float) and not (kind is str and _NUMBER.fullmatch(value)):
        _expected("a number", value)
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if number in (float("inf"), float("-inf")):
        raise _Wrong("is larger than a double can hold")
    return number


def _service_in(root: Any) -> str:
    """The first `service.name` of a body that could not be read to its end."""
    try:
        groups = next(iter(root.values()))
        attributes = (each for group in groups for each in group["resource"]["attributes"])
        name = next(each["value"].get("stringValue", "") for each in attributes if each["key"] == "service.name")
        return str(name)
    except (LookupError, TypeError, AttributeError, StopIteration):
        return ""
