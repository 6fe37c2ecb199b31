"""Do this machine, its Docker engine and the services agree on the time?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from phoenix_dev.doctor.examination import Skip
from phoenix_dev.errors import NotReady
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.model.timeline import shifts_of
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.stores.traces import TraceQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from phoenix_dev.stores import Stores

#: Clocks that differ by less (nanoseconds) do no harm.
TOLERANCE_NS = 2 * 10**9
_TRACES = 10
_LOGS = 200
_FIX = "timedatectl status"


def docker_clock(system_time: str, before_ns: int, after_ns: int) -> Iterator[Finding]:
    """A Docker engine's own clock, asked for between two moments. In a virtual machine it stops while that sleeps."""
    theirs = int(datetime.fromisoformat(system_time[:19] + "+00:00").timestamp()) * 10**9
    ahead, behind = theirs - after_ns, before_ns - (theirs + 10**9)  # the second that was cut off counts for neither
    off = ahead if ahead > 0 else -max(0, behind)
    if abs(off) > TOLERANCE_NS:
        what = f"the clock of the Docker engine is {_by(off)} that of this machine"
        yield Finding("clock", Severity.WARNING, what, fix="docker run --rm --privileged alpine hwclock -s")


def services(stores: Stores, now_ns: int) -> Iterator[Finding]:
    """Services that send times from the future, and those whose spans do not fit into their callers'. What cannot be
    read now is another examination's finding.
    """
    looks = [_or_none(look) for look in (lambda: _traces_ahead(stores, now_ns), lambda: _logs_ahead(stores, now_ns))]
    apart = _or_none(lambda: _apart(stores))
    if apart is None and all(look is None for look in looks):
        raise Skip("nothing can be read")
    ahead: dict[str, int] = {}
    for service, difference in (pair for look in looks for pair in (look or {}).items()):
        ahead[service] = max(difference, ahead.get(service, 0))
    off = {**(apart or {}), **ahead}
    for service, difference in sorted(off.items()):
        if service in ahead:
            # Seen against now, not against its arrival: by now the difference has become smaller.
            what = f"the clock of {service} is at least {_by(difference)} that of this machine"
        else:
            what = f"the clock of {service} is {_by(difference)} that of its callers"
        yield Finding("clock", Severity.WARNING, what, service, _FIX)


def _or_none(look: Callable[[], Mapping[str, int]]) -> Mapping[str, int] | None:
    try:
        return look()
    except NotReady:
        return None


def _traces_ahead(stores: Stores, now_ns: int) -> Mapping[str, int]:
    """By the service a trace began in: by how much its start is ahead of now (nanoseconds)."""
    since = now_ns + TOLERANCE_NS
    found = stores.traces.search(TraceQuery(since_ns=since, limit=_TRACES)).traces
    # The newest first, so that the furthest is the one that stays.
    return {one.root_service: one.start_ns - now_ns for one in reversed(found) if one.start_ns > since}


def _logs_ahead(stores: Stores, now_ns: int) -> Mapping[str, int]:
    """By service: by how much its last record is ahead of now (nanoseconds)."""
    since = now_ns + TOLERANCE_NS
    return {one.service: one.time_ns - now_ns for one in stores.logs.search(LogFilter(since_ns=since), _LOGS).records}


def _apart(stores: Stores) -> Mapping[str, int]:
    """By service: by how much its spans in the newest traces are off, judged by their callers (nanoseconds)."""
    newest = stores.traces.search(TraceQuery(limit=_TRACES)).traces
    found: dict[str, int] = {}
    for spans in stores.traces.spans([trace.trace_id for trace in newest]).values():
        for span, shift in zip(spans, shifts_of(spans), strict=True):
            if abs(shift) > max(TOLERANCE_NS, abs(found.get(span.service, 0))):
                found[span.service] = -shift
    return found


def _by(off_ns: int) -> str:
    seconds = abs(off_ns) / 1e9
    amount = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    return f"{amount} {'ahead of' if off_ns > 0 else 'behind'}"
