"""Reads OTLP/JSON, straight into protobuf messages.

It is protobuf's JSON mapping with three differences (OTLP specification, "JSON Protobuf Encoding"): trace and span
IDs are hex, enums are numbers, unknown fields are ignored. As receivers should, it also takes enum names and the
fields' snake_case names. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from google.protobuf.descriptor import FieldDescriptor

from phoenix_dev.otlp.json_values import Constant, Wrong, expected, reader
from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.otlp.surrogates import without_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.descriptor import Descriptor
    from google.protobuf.message import Message

    from phoenix_dev.otlp.json_values import Read

    Put = Callable[[Any, Any, int], None]

M = TypeVar("M", bound="Message")

#: How deep messages may nest, as in protobuf's binary form: what is deeper could not be written there.
MOST_LEVELS = 100


def read_json(kind: type[M], body: bytes) -> M:
    """The message in a JSON body. Raises Malformed naming the path of the value or the position in the text."""
    root = _parsed(body)
    message = kind()
    try:
        _fill(message, root, _fields(message.DESCRIPTOR), 1)
    except Wrong as wrong:
        raise Malformed(
            f"{wrong.path.removeprefix('.') or 'the body'} {wrong.reason}", service=_service_in(root)
        ) from None
    return message


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
        return json.loads(text, object_pairs_hook=_object, parse_constant=Constant)
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
        raise Wrong(f"is nested deeper than {MOST_LEVELS} messages")
    for key, item in value.items():
        if item is not None and (put := fields.get(key)) is not None:
            try:
                put(message, item, level)
            except Wrong as wrong:
                raise wrong.below(f".{key}") from None


def _wrong_object(value: object) -> NoReturn:
    if isinstance(value, _Repeated):
        key = without_surrogates(value.key[:100])
        raise Wrong(f"has the key {key!r} twice")
    expected("an object", value)


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
        put = _put_values(field.name, reader(field))
    elif field.type == FieldDescriptor.TYPE_STRING:
        put = _put_text(field.name)
    else:
        put = _put_value(field.name, reader(field))
    choice = field.containing_oneof
    # An `optional` field stands in a choice of its own.
    return _put_choice(put, choice.name) if choice is not None and len(choice.fields) > 1 else put


def _put_choice(put: Put, choice: str) -> Put:
    def put_choice(message: Any, item: Any, level: int) -> None:
        if (other := message.WhichOneof(choice)) is not None:
            raise Wrong(f"is set beside {other}: only one of them may be")
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
            expected("an array", item)
        fields = _fields(kind)
        add = getattr(message, name).add
        for index, each in enumerate(item):
            try:
                _fill(add(), each, fields, level + 1)
            except Wrong as wrong:
                raise wrong.below(f"[{index}]") from None

    return put_messages


def _put_values(name: str, read: Read) -> Put:
    def put_values(message: Any, item: Any, _level: int) -> None:
        if type(item) is not list:
            expected("an array", item)
        append = getattr(message, name).append
        for index, each in enumerate(item):
            try:
                append(read(each))
            except Wrong as wrong:
                raise wrong.below(f"[{index}]") from None

    return put_values


def _put_value(name: str, read: Read) -> Put:
    def put_value(message: Any, item: Any, _level: int) -> None:
        setattr(message, name, read(item))

    return put_value


def _put_text(name: str) -> Put:
    def put_text(message: Any, item: Any, _level: int) -> None:
        if type(item) is not str:
            expected("a string", item)
        try:
            setattr(message, name, item)
        except UnicodeEncodeError:
            setattr(message, name, without_surrogates(item))

    return put_text


def _service_in(root: Any) -> str:
    """The first `service.name` of a body that could not be read to its end."""
    try:
        groups = next(iter(root.values()))
        attributes = (each for group in groups for each in group["resource"]["attributes"])
        name = next(each["value"].get("stringValue", "") for each in attributes if each["key"] == "service.name")
        return str(name)
    except (LookupError, TypeError, AttributeError, StopIteration):
        return ""
