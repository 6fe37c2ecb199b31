"""Records → OTLP, as an export of one or more services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from phoenix_dev.lines.text import cut
from phoenix_dev.model.attributes import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.lines.record import LineRecord
    from phoenix_dev.model.attributes import AttributeValue

_SCOPE = "phoenix_dev.lines"
#: What is nested deeper becomes JSON in one string: readers of protobuf end at 100 levels, two for each of ours.
_DEEPEST = 16
_INT64 = 1 << 63


class LogExport:
    """An export that grows. `service` stands for records that name none, `resource` are further attributes of all."""

    def __init__(self, service: str, resource: Mapping[str, str] | None = None) -> None:
        self.request = ExportLogsServiceRequest()
        self.records = 0
        self._service = service
        self._resource = resource or {}
        self._by_service: dict[str, Any] = {}

    def add(self, record: LineRecord, observed_ns: int, service: str = "") -> None:
        """Add one record that was seen at a time (Unix nanoseconds); `service` goes before that of the export."""
        service = record.service or service or self._service
        into = self._by_service.get(service)
        if into is None:
            into = self._by_service[service] = self._group(service)
        try:
            into.append(_log_record(record, observed_ns))
        except (UnicodeError, RecursionError, OverflowError):
            into.append(_log_record(_sound(record), observed_ns))
        self.records += 1

    def _group(self, service: str) -> Any:
        group = self.request.resource_logs.add()
        for key, value in {"service.name": service, **self._resource}.items():
            group.resource.attributes.add(key=_text(key)).value.string_value = _text(value)
        scoped = group.scope_logs.add()
        scoped.scope.name = _SCOPE
        return scoped.log_records


def _log_record(record: LineRecord, observed_ns: int) -> LogRecord:
    made = LogRecord(
        time_unix_nano=record.time_ns,
        observed_time_unix_nano=observed_ns,
        severity_number=record.severity,  # type: ignore[arg-type]
        severity_text=record.severity_text,
        body=AnyValue(string_value=record.message),
    )
    if record.trace_id:
        made.trace_id = bytes.fromhex(record.trace_id)
    if record.span_id:
        made.span_id = bytes.fromhex(record.span_id)
    if record.attributes:
        made.attributes.extend([KeyValue(key=key, value=_value(v, 0)) for key, v in record.attributes.items()])
    return made


def _value(value: AttributeValue, depth: int) -> AnyValue:
    kind = type(value)
    if kind is str:
        return AnyValue(string_value=value)  # type: ignore[arg-type]
    if kind is bool:
        return AnyValue(bool_value=value)  # type: ignore[arg-type]
    if kind is int:
        fits = -_INT64 <= value < _INT64  # type: ignore[operator]
        return AnyValue(int_value=value) if fits else AnyValue(string_value=str(value))  # type: ignore[arg-type]
    if kind is float:
        return AnyValue(double_value=value)  # type: ignore[arg-type]
    if depth >= _DEEPEST:
        return AnyValue(string_value=text_of(value))
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[_value(item, depth + 1) for item in value]))
    if isinstance(value, dict):
        pairs = [KeyValue(key=key, value=_value(item, depth + 1)) for key, item in value.items()]
        return AnyValue(kvlist_value=KeyValueList(values=pairs))
    return AnyValue()


def _sound(record: LineRecord) -> LineRecord:
    """The record with all that protobuf refuses made text: lone surrogates become U+FFFD."""
    from dataclasses import replace

    return replace(
        record,
        message=_text(record.message),
        severity_text=_text(record.severity_text),
        attributes={_text(key): _sound_value(value) for key, value in record.attributes.items()},
    )


def _sound_value(value: AttributeValue) -> AttributeValue:
    if isinstance(value, (str, list, dict)):
        try:
            return _text(text_of(value))
        except (RecursionError, ValueError):
            return cut(repr(type(value)))
    return value


def _text(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
