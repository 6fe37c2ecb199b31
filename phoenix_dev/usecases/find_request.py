"""From whichever ID is at hand to the whole request."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotFound, UsageError
from phoenix_dev.model.identifier import (
    ID_KINDS,
    as_64_bit_trace_id,
    as_span_id,
    as_trace_id,
    trace_id_of_traceparent,
)
from phoenix_dev.model.request import Request
from phoenix_dev.model.span import Trace
from phoenix_dev.usecases.quiet import once_quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.stores import Stores

_LATEST = {"last": False, "last-error": True}
#: Kinds of ID that may be any text.
_OPAQUE: tuple[IdKind, ...] = ("correlation", "request")


@dataclass(frozen=True, slots=True)
class Bearers:
    """As what and in which form an ID was found, the traces that bear it, and the logs that bear it without a trace."""

    kind: IdKind
    value: str
    trace_ids: tuple[str, ...]
    loose: tuple[LogRecord, ...]


def find_request(stores: Stores, text: str, as_kind: IdKind | None = None) -> Request:
    """Every trace and log that an ID leads to, the ID tried in the order of the contract: the first kind that finds
    something wins.

    `last` and `last-error`; traceparent; trace ID; correlation ID; request ID; span ID; 64-bit trace ID. `as_kind`
    forces one. Raises NotFound when nothing bears the ID, UsageError when it cannot be of the kind that is forced.
    """
    return read_request(stores, text, resolve(stores, text, as_kind))


def read_request(stores: Stores, text: str, found: Bearers) -> Request:
    """What bears an ID, whole; `text` is what the user typed."""
    traces = read_traces(stores, found.trace_ids)
    return Request(text, found.kind, traces, found.loose, sampled=not stores.traces.capabilities.unsampled)


def resolve(stores: Stores, text: str, as_kind: IdKind | None = None) -> Bearers:
    """What bears an ID, without reading it whole. Raises as `find_request` does."""
    for kind, value in _readings(stores, text, as_kind):
        found = bearers(stores, kind, value)
        if found.trace_ids or found.loose:
            return found
    raise NotFound(
        f"No span and no log bears {_described(text, as_kind)}: not arrived, not sampled, or not sent here"
        + _not_asked(stores, text, as_kind),
        hint=command_for("trace --wait 10", text),
    )


def wait_for_request(stores: Stores, text: str, as_kind: IdKind | None, seconds: float) -> Request:
    """`find_request` for a request that is still arriving: waits until it is there and has been quiet, at most so many
    seconds.

    What has arrived by then is returned; raises NotFound when that is nothing.
    """
    found = once_quiet(stores, lambda: _found_yet(stores, text, as_kind), seconds, whole=_is_decided_upon)
    return find_request(stores, text, as_kind) if found is None else found


def _is_decided_upon(found: Request) -> bool:
    """Where traces are sampled, spans with an error and logs come at once, the rest once it is decided to keep it."""
    return not found.sampled or any(not span.parent_span_id for trace in found.traces for span in trace.spans)


def without_logs(request: Request) -> Request:
    """The same request without its logs."""
    return replace(request, traces=tuple(replace(trace, logs=()) for trace in request.traces), logs=())


def bearers(stores: Stores, kind: IdKind, value: str) -> Bearers:
    """IDs of the traces that bear an ID on a span or a log, and the logs that bear it without a trace.

    Where the store of traces knows no way from a span ID to its trace, only the logs that bear the ID lead there.
    """
    by_spans = () if _is_unknown_way(stores, kind) else stores.traces.trace_ids(kind, value)
    trace_ids = dict.fromkeys([*by_spans, *stores.logs.trace_ids(kind, value)])
    return Bearers(kind, value, tuple(trace_ids), stores.logs.without_trace(kind, value))


def _is_unknown_way(stores: Stores, kind: IdKind) -> bool:
    return kind == "span" and not stores.traces.capabilities.span_id_lookup


def _not_asked(stores: Stores, text: str, as_kind: IdKind | None) -> str:
    meant = as_kind in (None, "span") and as_span_id(text) is not None
    return "; here a span is found by its own ID only if it logged" if meant and _is_unknown_way(stores, "span") else ""


def read_traces(stores: Stores, trace_ids: Iterable[str]) -> tuple[Trace, ...]:
    """The traces with their logs, by start time."""
    ids = tuple(trace_ids)
    spans, logs = stores.traces.spans(ids), stores.logs.of_traces(ids)
    traces = (Trace(trace_id, spans.get(trace_id, ()), logs.get(trace_id, ())) for trace_id in ids)
    return tuple(sorted(traces, key=lambda trace: trace.start_ns))


def _readings(stores: Stores, text: str, as_kind: IdKind | None) -> Iterator[tuple[IdKind, str]]:
    """What the text may mean, in the order in which it is tried."""
    if not text.strip():
        raise UsageError("the ID is empty", hint="phoenix-dev traces")
    if as_kind is not None:
        yield from _forced(text, as_kind)
        return
    if text in _LATEST:
        yield "trace", _latest(stores, error=_LATEST[text])
        return
    for trace_id in (trace_id_of_traceparent(text), as_trace_id(text)):
        if trace_id:
            yield "trace", trace_id
    for kind in _OPAQUE:
        for value in _as_typed_or_trimmed(text):
            yield kind, value
    if span_id := as_span_id(text):
        yield "span", span_id
    if trace_id := as_64_bit_trace_id(text):
        yield "trace", trace_id


def _forced(text: str, kind: IdKind) -> Iterator[tuple[IdKind, str]]:
    if kind in _OPAQUE:
        for value in _as_typed_or_trimmed(text):
            yield kind, value
        return
    if kind == "span":
        digits = as_span_id(text)
    else:
        digits = trace_id_of_traceparent(text) or as_trace_id(text) or as_64_bit_trace_id(text)
    if digits is None:
        meant = "16 hex digits" if kind == "span" else "32 (or 16) hex digits or a traceparent"
        raise UsageError(f"'{text}' is not a {kind} ID: that is {meant}", hint=command_for("trace", text))
    yield kind, digits


def _as_typed_or_trimmed(text: str) -> tuple[str, ...]:
    """An ID copied from a log line may have a blank at its end; one that really has it is found all the same."""
    return tuple(dict.fromkeys((text, text.strip())))


def command_for(words: str, text: str) -> str:
    """A command line that can be pasted; an ID that no terminal shows as it is would not survive that."""
    return f"phoenix-dev {words} {shlex.quote(text)}" if text.isprintable() else "phoenix-dev traces"


def _latest(stores: Stores, *, error: bool) -> str:
    trace_id = stores.traces.latest(error=error)
    if trace_id is None:
        what = "trace with an error" if error else "trace"
        raise NotFound(f"No {what} has arrived yet", hint="phoenix-dev traces" if error else "phoenix-dev demo")
    return trace_id


def _found_yet(stores: Stores, text: str, as_kind: IdKind | None) -> Request | None:
    try:
        return find_request(stores, text, as_kind)
    except NotFound:
        return None


def _described(text: str, as_kind: IdKind | None) -> str:
    assert as_kind is None or as_kind in ID_KINDS
    return f"the {as_kind} ID '{text}'" if as_kind else f"the ID '{text}'"
