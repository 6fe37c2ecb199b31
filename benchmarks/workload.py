"""The exports that are sent: OTLP protobuf, every ID in them distinct.

Built from pieces, so that a million spans take seconds: messages of protobuf may be joined, and what does not change is
serialised once.
"""

from __future__ import annotations

import struct
import time
import uuid
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

SPANS_PER_TRACE = 10
TRACES_PER_BATCH = 50
ATTRIBUTES_PER_SPAN = 9
LOGS_PER_TRACE = 2
SERVICES = ("api-gateway", "orchestrator", "data-router", "llm-service", "tool-service", "knowledge-base")

_MS = 10**6
#: A little less than one: what is looked for in the last hour is still there some minutes later.
_HOUR = 55 * 60 * 10**9
_ROUTES = ("/api/process", "/api/route", "/api/search", "/v1/completions", "/tools/{name}", "/documents/{id}")
_METHODS = ("GET", "POST", "PUT")
_HOSTS = ("10.0.3.17", "10.0.3.18", "10.0.4.2")
_ERROR_IN = 50
_TIMES = struct.Struct("<BQBQ")  # fields 7 and 8 of a span, both fixed64


@dataclass(frozen=True, slots=True)
class Request:
    """The IDs of one trace."""

    trace_id: bytes
    span_ids: tuple[bytes, ...]
    correlation_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Body:
    """One export, serialised, for a path of OTLP/HTTP."""

    path: str
    content: bytes
    spans: int = 0
    logs: int = 0


def requests(rng: random.Random, count: int, spans: int = SPANS_PER_TRACE) -> list[Request]:
    """So many requests of so many spans each, with IDs that nothing else has."""
    return [
        Request(
            rng.randbytes(16),
            tuple(rng.randbytes(8) for _ in range(spans)),
            str(uuid.UUID(bytes=rng.randbytes(16), version=4)),
            str(uuid.UUID(bytes=rng.randbytes(16), version=4)),
        )
        for _ in range(count)
    ]


def batches(rng: random.Random, made: list[Request], *, logs: bool = False) -> Iterator[Body]:
    """Exports of 500 spans: whole traces of one service. With `logs`, each is followed by two log records a trace."""
    for number in range(0, len(made), TRACES_PER_BATCH):
        group = made[number : number + TRACES_PER_BATCH]
        service = SERVICES[number // TRACES_PER_BATCH % len(SERVICES)]
        spans = [span for request in group for span in _spans(rng, request)]
        yield Body("/v1/traces", _traces(service, spans), spans=len(spans))
        if logs:
            records = [record for request in group for record in _records(rng, request, time.time_ns())]
            yield Body("/v1/logs", _logs(service, records), logs=len(records))


def small_exports(rng: random.Random, made: list[Request]) -> Iterator[Body]:
    """Exports as SDKs send them under light load: of each request one from each service, with its own spans."""
    for request in made:
        spans = _spans(rng, request)
        for number, service in enumerate(SERVICES):
            own = spans[number :: len(SERVICES)]
            yield Body("/v1/traces", _traces(service, own), spans=len(own))


def single_export(rng: random.Random, request: Request) -> Body:
    """Every span of a request in one export."""
    spans = _spans(rng, request)
    return Body("/v1/traces", _traces(SERVICES[0], spans), spans=len(spans))


def single_logs(rng: random.Random, request: Request) -> Body:
    """The log records of a request in one export."""
    return _log_export(0, _records(rng, request, time.time_ns()))


def logs_of_an_hour(rng: random.Random, made: list[Request]) -> Iterator[Body]:
    """The log records of requests without a span, in exports of a hundred; spread over the last 55 minutes."""
    now = time.time_ns()
    for number in range(0, len(made), TRACES_PER_BATCH):
        records = [
            record
            for at, request in enumerate(made[number : number + TRACES_PER_BATCH], number)
            for record in _records(rng, request, now - _HOUR * (len(made) - at) // len(made))
        ]
        yield _log_export(number // TRACES_PER_BATCH, records)


def _log_export(number: int, records: Iterable[bytes]) -> Body:
    held = list(records)
    return Body("/v1/logs", _logs(SERVICES[number % len(SERVICES)], held), logs=len(held))


def _spans(rng: random.Random, request: Request) -> list[bytes]:
    borne = _borne(request)
    start = time.time_ns()
    spans = []
    parent = b""
    for span_id in request.span_ids:
        start += rng.randrange(2 * _MS)
        end = start + rng.randrange(80 * _MS)
        identity = Span(trace_id=request.trace_id, span_id=span_id, parent_span_id=parent).SerializeToString()
        times = _TIMES.pack(0x39, start, 0x41, end)
        own = _attributes(
            Span, ("enduser.id", rng.randrange(100_000)), ("http.response.body.size", rng.randrange(60_000))
        )
        route, method, host = rng.choice(_ROUTES), rng.choice(_METHODS), rng.choice(_HOSTS)
        failed = rng.randrange(_ERROR_IN) == 0
        spans.append(
            b"".join((identity, _name(route, method), times, _common(route, method, host), own, borne, _status(failed)))
        )
        parent = span_id
    return spans


def _borne(request: Request) -> bytes:
    return _attributes(Span, ("correlation_id", request.correlation_id), ("request_id", request.request_id))


@cache
def _name(route: str, method: str) -> bytes:
    return Span(name=f"{method} {route}", kind=Span.SPAN_KIND_SERVER).SerializeToString()


@cache
def _common(route: str, method: str, host: str) -> bytes:
    return _attributes(
        Span,
        ("http.request.method", method),
        ("http.route", route),
        ("http.response.status_code", 200),
        ("server.address", host),
        ("user_agent.original", "phoenix-client/2.4 (linux; x86_64)"),
    )


@cache
def _status(failed: bool) -> bytes:
    status = Status(code=Status.STATUS_CODE_ERROR, message="upstream timed out") if failed else Status()
    return Span(status=status).SerializeToString()


def _records(rng: random.Random, request: Request, time_ns: int) -> Iterator[bytes]:
    for number in range(LOGS_PER_TRACE):
        yield LogRecord(
            time_unix_nano=time_ns + number,
            observed_time_unix_nano=time_ns + number,
            severity_number=rng.choice((5, 9, 9, 9, 13, 17)),  # type: ignore[arg-type]
            body=AnyValue(string_value=f"routed to {rng.choice(SERVICES)} in {rng.randrange(900)} ms"),
            trace_id=request.trace_id,
            span_id=rng.choice(request.span_ids),
            attributes=[
                _pair("correlation_id", request.correlation_id),
                _pair("request_id", request.request_id),
                _pair("duration_ms", rng.randrange(900)),
            ],
        ).SerializeToString()


def _traces(service: str, spans: Iterable[bytes]) -> bytes:
    scope = ScopeSpans(scope=InstrumentationScope(name="phoenix.http", version="1.4.0")).SerializeToString()
    group = ResourceSpans(resource=_resource(service)).SerializeToString()
    return _nested(group, scope, spans)


def _logs(service: str, records: Iterable[bytes]) -> bytes:
    scope = ScopeLogs(scope=InstrumentationScope(name="phoenix.log", version="1.4.0")).SerializeToString()
    group = ResourceLogs(resource=_resource(service)).SerializeToString()
    return _nested(group, scope, records)


def _resource(service: str) -> Resource:
    return Resource(
        attributes=[
            _pair("service.name", service),
            _pair("service.version", "1.8.2"),
            _pair("deployment.environment.name", "development"),
            _pair("telemetry.sdk.language", "rust"),
            _pair("telemetry.sdk.name", "opentelemetry"),
            _pair("telemetry.sdk.version", "0.31.0"),
        ]
    )


def _attributes(message: type[Span], *pairs: tuple[str, str | int]) -> bytes:
    return message(attributes=[_pair(key, value) for key, value in pairs]).SerializeToString()


def _pair(key: str, value: str | int) -> KeyValue:
    held = AnyValue(string_value=value) if isinstance(value, str) else AnyValue(int_value=value)
    return KeyValue(key=key, value=held)


def _nested(group: bytes, scope: bytes, items: Iterable[bytes]) -> bytes:
    """Items in their scope group, that in its resource group, that in the export. All signals share the numbers."""
    scoped = scope + b"".join([_field(b"\x12", item) for item in items])
    return _field(b"\x0a", group + _field(b"\x12", scoped))


def _field(tag: bytes, payload: bytes) -> bytes:
    size, number = bytearray(), len(payload)
    while number >= 0x80:
        size.append(number & 0x7F | 0x80)
        number >>= 7
    size.append(number)
    return b"".join((tag, size, payload))
