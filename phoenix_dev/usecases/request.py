"""`request`: send one request that begins a trace, wait for what it causes, and hold it to what the user expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phoenix_dev.asking.own_span import send_own_span
from phoenix_dev.asking.send import send
from phoenix_dev.model.exchange import Expectation, Outgoing
from phoenix_dev.model.headers import CORRELATION_HEADER, TRACE_HEADER, fresh_headers
from phoenix_dev.model.quantity import count, duration
from phoenix_dev.model.request import Request
from phoenix_dev.usecases.find_request import bearers, read_traces
from phoenix_dev.usecases.quiet import once_quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from phoenix_dev.model.exchange import Answer, Headers
    from phoenix_dev.model.span import Span
    from phoenix_dev.stores import Stores


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user expects. `statuses` as `200` or `2xx`, any of them; `spans` as service and name, all of them, an
    empty name standing for any; `max_duration_ns` as the client measures it.
    """

    statuses: tuple[str, ...] = ()
    max_duration_ns: int | None = None
    spans: tuple[tuple[str, str], ...] = ()
    no_errors: bool = False


def outgoing(method: str, url: str, headers: Headers, body: bytes) -> Outgoing:
    """A request with a trace and IDs of its own, where the user gave none."""
    given = {name.lower() for name, _ in headers}
    fresh = {name: value for name, value in fresh_headers().items() if name not in given}
    return Outgoing(method, url, (*fresh.items(), *headers), body, frozenset(fresh))


def send_request(
    sent: Outgoing, endpoint: str, *, timeout_s: float, follow: bool, sink: Callable[[bytes], object] | None
) -> tuple[Answer, str]:
    """The answer, and why the stack did not take the span that tells of it (empty when it did). `endpoint` is its base
    URL of OTLP/HTTP; else as `phoenix_dev.asking.send`.

    The span begins the trace, so it is sent only where the user gave no traceparent.
    """
    answer = send(sent, timeout_s=timeout_s, follow=follow, sink=sink)
    return answer, send_own_span(endpoint, sent, answer) if TRACE_HEADER in sent.fresh else ""


def caused(stores: Stores, sent: Outgoing, wanted: Wanted, seconds: float) -> Request:
    """What a request that was answered caused: its trace, and those that bear its correlation ID if that is its own.

    Waits until the span that answered is there, the spans that are wanted too, and nothing follows; at most so long.
    Without traces and logs when nothing has arrived by then.
    """

    def whole(found: Request) -> bool:
        entries = (span.parent_span_id in ("", sent.span_id) for span in _spans(found))
        return any(entries) and all(_has(found, *span) for span in wanted.spans)

    found = once_quiet(
        stores, lambda: _found(stores, sent), seconds, whole=lambda found: whole(without_own(sent, found))
    )
    return found or Request(sent.trace_id, "trace", (), (), sampled=not stores.traces.capabilities.unsampled)


def without_own(sent: Outgoing, found: Request) -> Request:
    """What a request caused without the span of the request itself."""
    rest = (replace(trace, spans=tuple(s for s in trace.spans if s.span_id != sent.span_id)) for trace in found.traces)
    return replace(found, traces=tuple(trace for trace in rest if trace.spans or trace.logs))


def judge(wanted: Wanted, answer: Answer, found: Request) -> tuple[Expectation, ...]:
    """Each expectation, met or not, in the order of the options; `found` is without the request's own span."""
    return tuple(_judged(wanted, answer, found))


def _found(stores: Stores, sent: Outgoing) -> Request | None:
    bearing = bearers(stores, "correlation", sent.correlation_id) if CORRELATION_HEADER in sent.fresh else None
    ids = dict.fromkeys([*filter(None, [sent.trace_id]), *(bearing.trace_ids if bearing else ())])
    traces = tuple(trace for trace in read_traces(stores, ids) if trace.spans or trace.logs)
    sampled = not stores.traces.capabilities.unsampled
    if bearing is None or not (bearing.trace_ids or bearing.loose):
        return Request(sent.trace_id, "trace", traces, (), sampled=sampled) if traces else None
    return Request(sent.correlation_id, "correlation", traces, bearing.loose, sampled=sampled)


def _judged(wanted: Wanted, answer: Answer, found: Request) -> Iterator[Expectation]:
    if wanted.statuses:
        expected = " or ".join(wanted.statuses)
        met = not answer.broken and any(_is_status(answer.status, one) for one in wanted.statuses)
        yield Expectation(f"status {expected}", met, _status_found(answer, expected, met=met))
    if wanted.max_duration_ns is not None:
        limit, took = duration(wanted.max_duration_ns), duration(answer.duration_ns)
        met = not answer.broken and answer.duration_ns <= wanted.max_duration_ns
        yield Expectation(f"at most {limit}", met, f"it took {took}" + ("" if met else f", more than {limit}"))
    for service, name in wanted.spans:
        expected = f"{service}:{name}" if name else service
        number = sum(span.service == service and name in ("", span.name) for span in _spans(found))
        yield Expectation(f"span {expected}", number > 0, _spans_found(found, service, expected, number))
    if wanted.no_errors:
        yield _no_errors(found)


def _status_found(answer: Answer, expected: str, *, met: bool) -> str:
    if answer.broken:
        return f"it {answer.broken}"
    return f"the status is {answer.status}" + ("" if met else f", not {expected}")


def _spans_found(found: Request, service: str, expected: str, number: int) -> str:
    if number:
        return f"there is {expected}" if number == 1 else f"there is {expected}, {number} times"
    names = sorted({span.name for span in _spans(found) if span.service == service})
    if names:
        return f"there is no span {expected}; {service} has {', '.join(names[:5])}" + (" …" if len(names) > 5 else "")
    services = sorted({span.service for span in _spans(found)})
    seen = f"the services are {', '.join(services[:8])}" if services else "no span arrived"
    return f"there is no span {expected}; {seen}"


def _no_errors(found: Request) -> Expectation:
    spans = [span for span in _spans(found) if span.status == "error"]
    logs = [record for record in found.all_logs if record.is_error]
    if not spans and not logs:
        arrived = bool(_spans(found))
        return Expectation("no errors", arrived, "nothing failed" if arrived else "no span arrived that could tell")
    parts = [count(len(items), noun) for items, noun in ((spans, "failed span"), (logs, "error log")) if items]
    first = f"{spans[0].service} {spans[0].name}" if spans else f"{logs[0].service}: {logs[0].message[:200]}"
    return Expectation("no errors", met=False, found=f"there are {' and '.join(parts)}, first {first}")


def _is_status(status: int, wanted: str) -> bool:
    return str(status) == wanted or (wanted.endswith("xx") and str(status)[:1] == wanted[:1] and status >= 100)


def _has(found: Request, service: str, name: str) -> bool:
    return any(span.service == service and name in ("", span.name) for span in _spans(found))


def _spans(found: Request) -> Sequence[Span]:
    return [span for trace in found.traces for span in trace.spans]
