"""One line, or the lines of one stack trace, → a record. Never raises, whatever the text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from phoenix_dev.lines.exceptions import describe
from phoenix_dev.lines.identity import take_ids
from phoenix_dev.lines.levels import severity_of_name
from phoenix_dev.lines.logfmt import pairs_of
from phoenix_dev.lines.plain import plain_record
from phoenix_dev.lines.record import LineRecord
from phoenix_dev.lines.structured import record_of
from phoenix_dev.lines.text import LONGEST_LINE, cut, without_escapes

if TYPE_CHECKING:
    from collections.abc import Callable

_ERROR = severity_of_name("error")


def parse(text: str) -> LineRecord:
    """The record of a text without its line's end.

    What is not understood is the message as it is, with no severity. A text above a megabyte is not looked at.
    """
    text = without_escapes(text)
    first = text.lstrip()[:1] if text[:1] in " \t" else text[:1]
    record = None
    if len(text) <= LONGEST_LINE:
        record = _json_record(text) if first == "{" else _logfmt_record(text) if "=" in text else None
        if record is None:
            record = _plain_record(text)
    else:
        record = LineRecord(text)
    record.message = cut(record.message)
    return record


def _json_record(text: str) -> LineRecord | None:
    try:
        found: Any = _decode(text)
        return record_of(found, text) if type(found) is dict else None
    except (ValueError, RecursionError):  # no JSON, or brackets in brackets without end
        return None


_decode: Callable[[str], Any] = json.JSONDecoder(strict=False).decode


def _logfmt_record(text: str) -> LineRecord | None:
    pairs = pairs_of(text) if "\n" not in text else None
    return record_of(pairs, text) if pairs is not None else None


def _plain_record(text: str) -> LineRecord:
    record = plain_record(text)
    take_ids(record, text)
    if "\n" in text or text.startswith("thread '"):
        told = describe(text)
        if told:
            record.attributes.update(told)
            record.severity = record.severity or _ERROR
    return record
