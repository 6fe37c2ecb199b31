"""Attribute values and numbers as texts of labels, spelt as Prometheus spells them."""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING

from phoenix_dev.promql.numbers import number_text

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue

#: A longer label is cut (characters): a series is kept by its labels, and nothing bounds those that a sender makes.
MOST_CHARACTERS = 8192
#: From here on, and below its reciprocal's neighbour, JSON of Go writes an exponent.
_LARGE, _SMALL = 1e21, 1e-6


def label_text(value: AnyValue) -> str:
    """A value as the text of a label; empty for none."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return value.string_value[:MOST_CHARACTERS]
    if kind is None:
        return ""
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value[:MOST_CHARACTERS]).decode()[:MOST_CHARACTERS]
    if kind == "double_value" and not math.isfinite(value.double_value):
        return _not_finite(value.double_value)
    try:
        return _json(value)[:MOST_CHARACTERS]
    except ValueError:  # JSON has no word for a number that is not finite
        return ""


def _json(value: AnyValue) -> str:
    match value.WhichOneof("value"):
        case "string_value":
            return _quoted(value.string_value)
        case "bool_value":
            return "true" if value.bool_value else "false"
        case "int_value":
            return str(value.int_value)
        case "double_value":
            return _json_number(value.double_value)
        case "bytes_value":
            return _quoted(base64.b64encode(value.bytes_value).decode())
        case "array_value":
            return f"[{','.join(_json(item) for item in value.array_value.values)}]"
        case "kvlist_value":
            pairs = {pair.key: _json(pair.value) for pair in value.kvlist_value.values}
            return "{" + ",".join(f"{_quoted(key)}:{pairs[key]}" for key in sorted(pairs)) + "}"
        case _:
            return "null"


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _json_number(number: float) -> str:
    if not math.isfinite(number):
        raise ValueError("not finite")
    if number == 0 or _SMALL <= abs(number) < _LARGE:
        return number_text(number)
    digits, _, exponent = repr(number).partition("e")
    sign = "-" if exponent[0] == "-" else "+"
    return f"{digits.removesuffix('.0')}e{sign}{exponent.lstrip('+-').lstrip('0')}"


def _not_finite(number: float) -> str:
    return "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")
