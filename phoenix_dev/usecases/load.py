"""`load`: send requests at a rate, and hold what the stack counted to what was sent."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phoenix_dev.demo import system
from phoenix_dev.demo.catalogue import GATEWAY, ROUTE_PROCESS
from phoenix_dev.errors import NotFound, UsageError
from phoenix_dev.loading.sending import Sending
from phoenix_dev.model.exchange import Outgoing
from phoenix_dev.model.headers import TRACE_HEADER, fresh_headers
from phoenix_dev.model.load import Entry, LoadReport
from phoenix_dev.usecases.load_comparison import below, compare, described
from phoenix_dev.usecases.request import send_request
from phoenix_dev.usecases.span_counts import requests_and_errors
from phoenix_dev.usecases.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from phoenix_dev.demo.traffic import TrafficPlan
    from phoenix_dev.model.load import Attempt, Fired, LoadPlan
    from phoenix_dev.stores import Stores


@dataclass(frozen=True, slots=True)
class Aim:
    """Whom the requests are for. `make` gives the request of an index, with a trace and IDs of its own each time it is
    called; `settle` has who answered them send what it holds of them.
    """

    method: str
    url: str
    make: Callable[[int], Outgoing]
    settle: Callable[[], object] = lambda: None


def demo_aim(home: Path, traffic: TrafficPlan) -> Aim:
    """The gateway of the running demo, each request with the scenario of its index. Raises NotReady when it does not
    run.
    """
    running = system.running(home)
    url = f"{running.url_of(GATEWAY)}{ROUTE_PROCESS}"

    def make(index: int) -> Outgoing:
        fresh, body = fresh_headers(), json.dumps(traffic.scenario(index).as_json()).encode()
        return Outgoing("POST", url, (*fresh.items(), ("content-type", "application/json")), body, frozenset(fresh))

    return Aim("POST", url, make, lambda: system.flush(running))


def aim_at(typed: Outgoing) -> Aim:
    """A request as it was typed, with fresh IDs each time. Raises UsageError for one that cannot be sent again and
    again.
    """
    if TRACE_HEADER not in typed.fresh:
        raise UsageError(
            "a traceparent of your own would make one trace of all requests; load begins one for each",
            hint="phoenix-dev load --help",
        )
    if "@" in typed.url.split("/")[2]:
        raise UsageError(
            "the URL holds a name and a password, which load does not send: use -H 'authorization: …'",
            hint="phoenix-dev load --help",
        )
    given = tuple((name, value) for name, value in typed.headers if name not in typed.fresh)

    def make(_: int) -> Outgoing:
        fresh = {name: value for name, value in fresh_headers().items() if name in typed.fresh}
        return Outgoing(typed.method, typed.url, (*fresh.items(), *given), typed.body, typed.fresh)

    return Aim(typed.method, typed.url, make)


def find_entry(
    stores: Stores, aim: Aim, endpoint: str, named: tuple[str, str], *, timeout_s: float, wait_s: float
) -> Entry:
    """Who answers, found out by one request; it has been counted when this returns, so that nothing that was sent
    before is counted among what follows.

    `named`: service and span, where the user says so. Raises NotFound when nothing of the request arrived in time, or
    nothing counted it.
    """
    began_ns = time.time_ns()
    stores.metrics.query(
        "vector(0)", began_ns
    )  # a store that cannot say what was counted says so before anything is sent
    sent = aim.make(0)
    send_request(sent, endpoint, timeout_s=timeout_s, follow=False, sink=None)
    aim.settle()
    deadline = time.monotonic() + wait_s
    entry = Entry(*named) if named[0] else _entry_of(stores, sent, deadline, wait_s)
    if not until(deadline, lambda: requests_and_errors(stores.metrics, entry, began_ns, time.time_ns())[0]):
        raise NotFound(
            f"a request was answered by {described(entry)}, and after {wait_s:g} s no metric has counted it",
            hint="phoenix-dev doctor",
        )
    return entry


def report_of(stores: Stores, aim: Aim, entry: Entry, fired: Fired, wait_s: float) -> LoadReport:
    """What was sent, held to what was counted of it within `wait_s`. Of what was interrupted, also while it is waited
    for what is counted, there is what was sent.
    """
    if fired.interrupted or not fired.attempts:
        return LoadReport(fired, entry)
    try:
        aim.settle()
        return LoadReport(fired, entry, compare(stores, entry, fired, wait_s))
    except KeyboardInterrupt:
        return LoadReport(replace(fired, interrupted=True), entry)


def fire(
    aim: Aim, plan: LoadPlan, endpoint: str, *, timeout_s: float, tell: Callable[[Sequence[Attempt]], object]
) -> Fired:
    """Send the plan's requests. What was done by Ctrl-C is returned."""
    return Sending(aim.url, aim.method, plan, aim.make, endpoint, timeout_s, tell).run()


def _entry_of(stores: Stores, sent: Outgoing, deadline: float, wait_s: float) -> Entry:
    found = until(deadline, lambda: below(stores.traces.spans([sent.trace_id]).get(sent.trace_id, ()), sent.span_id))
    if not found:
        sampled = "; in the profile production most traces are not kept: name who answers with --entry SERVICE:SPAN"
        raise NotFound(
            f"{sent.url} answered, and after {wait_s:g} s no span has arrived that has its traceparent as parent"
            + ("" if stores.traces.capabilities.unsampled else sampled),
            hint="phoenix-dev doctor",
        )
    return Entry(found[0].service, found[0].name, found[0].kind)
