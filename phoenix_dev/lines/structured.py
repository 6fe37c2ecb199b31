"""Fields under names → a record: R14, and the names that the usual loggers have for the same.

Bunyan, pino, winston, zap, zerolog, logrus, slog, structlog, python-json-logger, Elastic's common schema, Serilog's
compact form, and tracing-subscriber's JSON. A field that is no part of the record itself stays as an attribute, under
the name it has; so does one whose value makes no sense for what its name says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phoenix_dev.lines.exceptions import describe
from phoenix_dev.lines.identity import SPAN_KEYS, TRACE_KEYS, ids_of_traceparent, span_id_of, trace_id_of
from phoenix_dev.lines.levels import severity_of_name, severity_of_number
from phoenix_dev.lines.record import LineRecord
from phoenix_dev.lines.text import without_escapes
from phoenix_dev.lines.times import time_of_number, time_of_text
from phoenix_dev.model.attributes import text_of
from phoenix_dev.model.identifier import KIND_OF_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

#: For each part of a record the keys that state it, best first.
_KEYS: dict[str, tuple[str, ...]] = {
    "message": ("message", "msg", "@m", "@mt", "@message", "short_message", "event", "body"),
    "severity": ("level", "severity", "lvl", "levelname", "log.level", "log_level", "loglevel", "severity_text", "@l"),
    "time_ns": ("timestamp", "@timestamp", "time", "ts", "@t", "asctime", "datetime"),
    "service": ("service", "service.name", "service_name", "serviceName", "otelServiceName"),
    "trace_id": TRACE_KEYS,
    "span_id": SPAN_KEYS,
}
_PART_OF = {key: part for part, keys in _KEYS.items() for key in keys}
_RANK = {key: rank for keys in _KEYS.values() for rank, key in enumerate(keys)}
#: Where loggers put an exception: as an object, or as the text of its stack.
_EXCEPTIONS = ("err", "error", "exception")
_STACKS = ("stack", "stacktrace", "stack_trace", "error.stack_trace", "exc_info", "exception", "@x")
_ITS_STACK = ("stack", "stack_trace", "stacktrace")
_SAYING = ("message", "severity", "time_ns")


def record_of(found: dict[str, Any], line: str) -> LineRecord | None:
    """The record that fields make up; None when they are none: nothing in them is a message, a level or a time.

    `line` is the message of a record that has none of its own.
    """
    spans = _span_fields(found) if "fields" in found else None
    if spans is not None:
        found = _flattened(found)
    record = LineRecord("")
    chosen = _chosen(found, record)
    for part, key in chosen.items():
        if not _SET[part](record, found[key]):
            record.attributes[key] = found[key]
    if not any(part in chosen for part in _SAYING):
        return None
    if "message" not in chosen:
        record.message = line
    if spans:
        _add_spans(record, spans)
    if "traceparent" in record.attributes and not record.trace_id:
        record.trace_id, record.span_id = ids_of_traceparent(text_of(record.attributes["traceparent"]))
    _add_exception(record)
    return record


def _chosen(found: dict[str, Any], record: LineRecord) -> dict[str, str]:
    """The key that states each part; all else goes into the record's attributes."""
    chosen: dict[str, str] = {}
    attributes, ranks = record.attributes, _RANK
    for key, value in found.items():
        part = _PART_OF.get(key)
        if part is None:
            if value is not None and (value != "" or key not in KIND_OF_KEY):
                attributes[key] = value
        elif part not in chosen:
            chosen[part] = key
        elif ranks[key] < ranks[chosen[part]]:
            attributes[chosen[part]] = found[chosen[part]]
            chosen[part] = key
        else:
            attributes[key] = value
    metadata = attributes.get("metadata")
    if isinstance(metadata, dict):  # R14
        del attributes["metadata"]
        attributes.update((f"metadata.{name}", value) for name, value in metadata.items() if value is not None)
    return chosen


def _set_message(record: LineRecord, value: Any) -> bool:
    record.message = without_escapes(value if type(value) is str else text_of(value))
    return True


def _set_severity(record: LineRecord, value: Any) -> bool:
    if type(value) is str:
        record.severity, record.severity_text = severity_of_name(value), value
        if not record.severity and value.isdecimal() and len(value) < 3:
            record.severity = severity_of_number(int(value))
    elif type(value) in (int, float):
        record.severity = severity_of_number(value)
    return record.severity > 0 or value in ("", None)


def _set_time(record: LineRecord, value: Any) -> bool:
    if type(value) is str:
        record.time_ns = time_of_text(value)
    elif type(value) in (int, float):
        record.time_ns = time_of_number(value)
    return record.time_ns > 0 or value in ("", None)


def _set_service(record: LineRecord, value: Any) -> bool:
    if isinstance(value, dict) and len(value) == 1:  # Elastic's common schema nests
        value = value.get("name", "")
    if type(value) is str:
        record.service = value
    return type(value) is str


def _set_trace(record: LineRecord, value: Any) -> bool:
    record.trace_id = trace_id_of(value)
    return bool(record.trace_id) or _is_no_id(value)


def _set_span(record: LineRecord, value: Any) -> bool:
    record.span_id = span_id_of(value)
    return bool(record.span_id) or _is_no_id(value)


def _is_no_id(value: Any) -> bool:
    """Whether a value says that there is none: nothing, or nothing but zeros."""
    return value is None or (type(value) is str and not value.strip("0-"))


_SET: dict[str, Callable[[LineRecord, Any], bool]] = {
    "message": _set_message,
    "severity": _set_severity,
    "time_ns": _set_time,
    "service": _set_service,
    "trace_id": _set_trace,
    "span_id": _set_span,
}


def _span_fields(found: dict[str, Any]) -> dict[str, Any] | None:
    """The fields of the spans that an event of tracing-subscriber stands in, the inner over the outer; None when it is
    no such event.
    """
    if type(found["fields"]) is not dict or "level" not in found:
        return None
    listed = found.get("spans")
    spans = [*(listed if isinstance(listed, list) else ()), found.get("span")]
    merged: dict[str, Any] = {}
    for span in spans:
        if isinstance(span, dict):
            merged.update(span)
    if "name" in merged:
        merged["span.name"] = merged.pop("name")
    return merged


def _flattened(found: dict[str, Any]) -> dict[str, Any]:
    flat = {key: value for key, value in found.items() if key not in ("fields", "span", "spans")}
    for key, value in found["fields"].items():
        flat[f"fields.{key}" if key in flat else key] = value
    return flat


def _add_spans(record: LineRecord, spans: dict[str, Any]) -> None:
    for key, value in spans.items():
        part = _PART_OF.get(key)
        if part == "trace_id" and not record.trace_id:
            record.trace_id = trace_id_of(value)
        elif part == "span_id" and not record.span_id:
            record.span_id = span_id_of(value)
        elif part not in ("trace_id", "span_id") and value is not None:
            record.attributes.setdefault(key, value)


def _add_exception(record: LineRecord) -> None:
    attributes = record.attributes
    for key in _EXCEPTIONS:
        thrown = attributes.get(key)
        if isinstance(thrown, dict) and (trace := next((thrown[name] for name in _ITS_STACK if name in thrown), "")):
            attributes["exception.stacktrace"] = trace
            for name, value in (
                ("type", thrown.get("type") or thrown.get("name")),
                ("message", thrown.get("message")),
            ):
                if value:
                    attributes[f"exception.{name}"] = value
            return
    for key in _STACKS:
        trace = attributes.get(key)
        if isinstance(trace, str) and "\n" in trace:
            attributes.update(describe(trace) or {"exception.stacktrace": trace})
            del attributes[key]
            return
