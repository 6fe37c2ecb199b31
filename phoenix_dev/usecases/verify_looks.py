"""What a request that nobody made has to have become: each look at the stores finds that, or says what it found."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.asking.fetch import Unfetched, fetch
from phoenix_dev.model.load import Entry
from phoenix_dev.proving.synthetic import INNER, MESSAGE, ROOT, SERIES, SERVICE
from phoenix_dev.signals.names import DURATIONS
from phoenix_dev.stores.metrics import MetricQuery
from phoenix_dev.usecases.find_request import find_request
from phoenix_dev.usecases.span_counts import requests_and_errors, selector

if TYPE_CHECKING:
    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.proving.synthetic import Synthetic
    from phoenix_dev.stores import Stores

_ENTRY = Entry(SERVICE, ROOT)
#: An exemplar is looked for from so long before it was made (nanoseconds): clocks of parts differ.
_AROUND_NS = 60 * 10**9
_MOST_PAGE = 4 * 2**20


class NotYet(Exception):
    """It is not as it has to be, or not yet; what was found instead."""


@dataclass(frozen=True, slots=True)
class Look:
    """For what became of one request. Each method gives what it found, in words, or raises NotYet; what the stores
    raise passes.
    """

    sent: Synthetic

    def trace(self, stores: Stores) -> str:
        """Both spans, by the ID of their trace."""
        spans = stores.traces.spans([self.sent.trace_id]).get(self.sent.trace_id, ())
        _expect({ROOT, INNER}, {span.name for span in spans}, "span")
        return f"{len(spans)} spans, one of each protocol"

    def log(self, stores: Stores) -> str:
        """The log, by the ID of its trace."""
        self._record(stores)
        return "1 log"

    def _record(self, stores: Stores) -> LogRecord:
        records = stores.logs.of_traces([self.sent.trace_id]).get(self.sent.trace_id, ())
        _expect({MESSAGE}, {record.message for record in records}, "log")
        return records[0]

    def point(self, stores: Stores) -> str:
        """The measurement, as a point of the store of metrics."""
        query = MetricQuery(service=SERVICE, since_ns=self.sent.end_ns // 10**6 * 10**6)
        points = [point for point in stores.metrics.points(query) if "verify" in point.name]
        if not points:
            raise NotYet("there is no point of it")
        return f"{points[0].name} of {points[0].count} measurement"

    def whole(self, stores: Stores, kind: IdKind, value: str) -> str:
        """The trace and the log, by one of its other IDs."""
        found = find_request(stores, value, kind)
        traces = {trace.trace_id for trace in found.traces if trace.spans}
        _expect({self.sent.trace_id}, traces, "trace")
        _expect({MESSAGE}, {record.message for record in found.all_logs}, "log")
        return f"{sum(len(trace.spans) for trace in found.traces)} spans, {len(found.all_logs)} log"

    def counted(self, stores: Stores) -> str:
        """The request, counted by the span metrics."""
        since = self.sent.end_ns
        requests, _ = requests_and_errors(stores.metrics, _ENTRY, since, time.time_ns())
        if not requests:
            raise NotYet("they have not counted it")
        return f"{requests} of {SERVICE} {ROOT}"

    def exemplar(self, stores: Stores) -> str:
        """The exemplar of the measurement."""
        return self._exemplar_of(stores, f'{SERIES}_bucket{{service_name="{SERVICE}"}}')

    def span_exemplar(self, stores: Stores) -> str:
        """An exemplar of the span metrics."""
        return self._exemplar_of(stores, selector(DURATIONS, _ENTRY))

    def _exemplar_of(self, stores: Stores, series: str) -> str:
        return f"of {self._found_exemplar(stores, series).value:g} s"

    def _found_exemplar(self, stores: Stores, series: str) -> Exemplar:
        since = self.sent.end_ns - _AROUND_NS
        every = stores.metrics.exemplars(series, since, time.time_ns() + _AROUND_NS)
        mine = [one for one in every if one.trace_id == self.sent.trace_id]
        if not mine:
            raise NotYet(f"none of {len(every)} exemplars names its trace")
        return mine[0]

    def trace_to_log(self, stores: Stores) -> str:
        """From the trace to its log, and to the span that wrote it."""
        (root,) = (span for span in stores.traces.spans([self.sent.trace_id])[self.sent.trace_id] if span.name == ROOT)
        record = self._record(stores)
        _expect({root.span_id}, {record.span_id}, "span ID")
        return "the log names the span that wrote it"

    def log_to_trace(self, stores: Stores) -> str:
        """From the log to its span."""
        record = self._record(stores)
        found = stores.traces.spans([record.trace_id]).get(record.trace_id, ())
        _expect({record.span_id}, {span.span_id for span in found if span.span_id == record.span_id}, "span ID")
        return "its span is in the trace"

    def exemplar_to_trace(self, stores: Stores) -> str:
        """From the exemplar to its trace."""
        one = self._found_exemplar(stores, f'{SERIES}_bucket{{service_name="{SERVICE}"}}')
        found = find_request(stores, one.trace_id, "trace")
        _expect({ROOT}, {span.name for trace in found.traces for span in trace.spans if span.name == ROOT}, "span")
        return "its trace is there"


def _expect(wanted: set[str], found: set[str], noun: str) -> None:
    if missing := sorted(wanted - found):
        raise NotYet(f"there is no {noun} '{missing[0]}'" + (f", but {', '.join(sorted(found))}" if found else ""))


def fetched(url: str, timeout_s: float) -> str:
    """The status of what answers at a URL within so many seconds, if that is well. Raises NotYet when it is not."""
    try:
        answer = fetch(url, timeout_s=timeout_s, most_bytes=_MOST_PAGE)
    except Unfetched as error:
        raise NotYet(f"{url} {error}") from error
    if answer.status != 200:
        raise NotYet(f"{url} answered {answer.status}")
    return "200"
