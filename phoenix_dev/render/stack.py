"""The stack as `up`, `down` and `status` show it: lines for people, one JSON document for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.quantity import ago, size
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import service_json
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.tables import service_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.text import Text

    from phoenix_dev.model.refusal import Refusal
    from phoenix_dev.model.stack import Component, Endpoints, Removal, StackState, StackStatus, StoredData

_STATES: dict[StackState, tuple[str, str]] = {
    "running": ("●", style.OK),
    "degraded": ("✗", style.ERROR),
    "stopped": ("·", style.DIM),
}
_LABEL = 11
#: Reasons for refusing, on the screen.
_MOST_REFUSALS = 5
#: Services of which something was removed, on the screen.
_MOST_REMOVALS = 3
_WHY_REMOVED = {"age": "too old", "size": "too much"}
#: What heads the refusals: of the embedded engine, of the collector.
_REFUSED = ("refused since the engine started", "refused or dropped since the collector started")


def stack_json(status: StackStatus) -> dict[str, Any]:
    """`up --json` and `status --json`."""
    return {
        "runtime": status.runtime,
        "profile": status.profile,
        "project": status.project,
        "state": status.state,
        "since": _time(status.since_ns),
        "endpoints": _endpoints_json(status),
        "components": [_component_json(component) for component in status.components],
        "data": {
            "path": status.data.path,
            "size_bytes": status.data.size_bytes,
            "oldest": _time(status.data.oldest_ns),
            "limit_bytes": status.data.limit_bytes,
            "removed": [_removal_json(removal) for removal in status.data.removed],
        },
        "received": [service_json(activity) for activity in status.received],
        "refused": [_refusal_json(refusal) for refusal in status.refused],
    }


def endpoint_lines(endpoints: Endpoints) -> Iterator[str]:
    """A line an endpoint that there is."""
    named = (
        ("OTLP/HTTP", endpoints.otlp_http),
        ("OTLP/gRPC", endpoints.otlp_grpc),
        ("page", "" if endpoints.jaeger else endpoints.ui),
        ("Grafana", endpoints.grafana),
        ("Jaeger", endpoints.jaeger),
        ("Loki", endpoints.loki),
        ("Prometheus", endpoints.prometheus),
        ("Alertmanager", endpoints.alertmanager),
        ("inbox", endpoints.inbox),
    )
    there = [(name, url) for name, url in named if url]
    label = _label(name for name, _ in there)
    return (f"{name:{label}}{url}" for name, url in there)


def status_lines(status: StackStatus, now_ns: int, *, width: int | None) -> Iterator[Text]:
    """Everything `status` knows; lines longer than `width` cells are cut, none when it is None."""
    cells = ENDLESS if width is None else width
    yield _head(status, now_ns, cells).text()
    for line in endpoint_lines(status.endpoints):
        yield Line(cells).add(line).text()
    label = _label(component.name for component in status.components)
    for component in status.components:
        yield _component(component, label, cells).text()
    yield _data(status.data, now_ns, label, cells).text()
    yield from (line.text() for line in _removed(status.data.removed, now_ns, label, cells))
    if status.received:
        yield Line().text()
        yield Line(cells).add("received in the last hour", style.STRONG).text()
        yield from service_lines(status.received, width=cells, now_ns=now_ns, clip=width is not None)
    if status.refused:
        yield Line().text()
        yield Line(cells).add(_REFUSED[status.runtime == "compose"], style.STRONG).text()
        for refusal in status.refused[: -_MOST_REFUSALS - 1 : -1]:
            yield from (line.text() for line in _refused(refusal, now_ns, cells))
        if (more := len(status.refused) - _MOST_REFUSALS) > 0:
            yield Line(cells).add(f"… and for {more:,} other reasons: status --json", style.DIM).text()


def _head(status: StackStatus, now_ns: int, cells: int) -> Line:
    mark, colour = _STATES[status.state]
    line = Line(cells).add(f"{mark} ", colour).add(status.project, style.STRONG).add(f" {status.state}", colour)
    if status.since_ns is not None:
        line.add(f" since {rfc3339(status.since_ns, 0).replace('.', '')}, {ago(now_ns - status.since_ns)}")
    return line.add(f" · {status.runtime}, {status.profile}", style.DIM)


def _label(names: Iterable[str]) -> int:
    """Cells of the first column."""
    return max([_LABEL, *(len(name) + 2 for name in names)])


def _component(component: Component, label: int, cells: int) -> Line:
    broken = component.health == "unhealthy"
    line = Line(cells).add(f"{component.name:{label}}")
    line.add(f"✗ {component.state}" if broken else component.health or component.state, style.ERROR if broken else "")
    if component.memory_bytes:
        line.add(f", {size(component.memory_bytes)} of memory")
    if component.data_bytes:
        line.add(f", {size(component.data_bytes)} on disk")
    if component.restarts:
        line.add(f", restarted {component.restarts} times", style.ERROR)
    return line.add(f", {component.detail}") if component.detail else line


def _data(data: StoredData, now_ns: int, label: int, cells: int) -> Line:
    line = Line(cells).add(f"{'data':{label}}")
    if not data.size_bytes:
        return line.add("nothing is kept")
    line.add(size(data.size_bytes))
    if data.limit_bytes:
        line.add(f" of {size(data.limit_bytes)}")
    if data.oldest_ns is not None:
        line.add(f", the oldest {ago(now_ns - data.oldest_ns)}")
    return line.add(f", {data.path}")


def _removed(removals: Sequence[Removal], now_ns: int, label: int, cells: int) -> Iterator[Line]:
    """What made room in the last day, the largest first."""
    for number, removal in enumerate(removals[:_MOST_REMOVALS]):
        line = Line(cells).add(f"{'' if number else 'removed':{label}}{size(removal.bytes)}")
        if removal.service:
            line.add(f" of {removal.service}")
        if removal.traces:
            line.add(f", {removal.traces:,} trace{'s' * (removal.traces > 1)}")
        if removal.error_traces:
            line.add(f" ({removal.error_traces:,} with an error)")
        line.add(f": {_WHY_REMOVED[removal.reason]}, last {ago(now_ns - removal.last_ns)}", style.DIM)
        yield line


def _refused(refusal: Refusal, now_ns: int, cells: int) -> Iterator[Line]:
    """Two lines: what and how often, then why."""
    if refusal.protocol:
        what = f"{refusal.count:,} × {refusal.signal or 'requests'} over {refusal.protocol}"
    else:
        what = f"{refusal.signal} were taken and then dropped"
    line = Line(cells).add("✗ ", style.ERROR).add(what)
    if refusal.items:
        line.add(f", {refusal.items:,} items")
    if refusal.service:
        line.add(f", {refusal.service}")
    if (others := len({*refusal.services} - {refusal.service})) > 0:
        line.add(f" and {others} other service{'s' * (others > 1)}" if refusal.service else f", {others} services")
    yield line.add(f", last {ago(now_ns - refusal.last_ns)}")
    yield Line(cells).add(f"  {refusal.reason}")


def _time(ns: int | None) -> str:
    return "" if ns is None else rfc3339(ns)


def _endpoints_json(status: StackStatus) -> dict[str, str]:
    """The three that every runtime has, and of the real stack each of its parts."""
    at = status.endpoints
    common = {"otlp_grpc": at.otlp_grpc, "otlp_http": at.otlp_http, "ui": at.ui}
    if status.runtime == "embedded":
        return common
    return {
        **common,
        "jaeger": at.jaeger,
        "jaeger_errors": at.jaeger_errors,
        "loki": at.loki,
        "prometheus": at.prometheus,
        "alertmanager": at.alertmanager,
        "inbox": at.inbox,
        "grafana": at.grafana,
    }


def _component_json(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "state": component.state,
        "health": component.health,
        "memory_bytes": component.memory_bytes,
        "detail": component.detail,
        "restarts": component.restarts,
        "data_bytes": component.data_bytes,
    }


def _removal_json(removal: Removal) -> dict[str, Any]:
    return {
        "service": removal.service,
        "reason": removal.reason,
        "traces": removal.traces,
        "error_traces": removal.error_traces,
        "bytes": removal.bytes,
        "last": rfc3339(removal.last_ns),
    }


def _refusal_json(refusal: Refusal) -> dict[str, Any]:
    return {
        "protocol": refusal.protocol,
        "signal": refusal.signal,
        "service": refusal.service,
        "services": list(refusal.services),
        "reason": refusal.reason,
        "count": refusal.count,
        "items": refusal.items,
        "first": rfc3339(refusal.first_ns),
        "last": rfc3339(refusal.last_ns),
        "peer": refusal.peer,
    }
