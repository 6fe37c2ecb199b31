"""`demo`: start the sample system, send requests whose effect is known beforehand, stop it."""

from __future__ import annotations

import secrets
from collections import Counter
from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.demo import state, system
from phoenix_dev.demo.catalogue import DOCUMENTS_PER_TOPIC
from phoenix_dev.demo.scenario import scenario_of
from phoenix_dev.demo.traffic import Sent, TrafficPlan, send
from phoenix_dev.errors import NotReady, PhoenixDevError
from phoenix_dev.scraping.targets import Target, targets_folder, write_targets
from phoenix_dev.usecases.environment import environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from phoenix_dev.demo.faults import Fault
    from phoenix_dev.demo.state import DemoSystem
    from phoenix_dev.demo.system import DemoStart
    from phoenix_dev.runtime.protocol import Runtime

#: Under this name the demo's services stand among those to be scraped.
_SOURCE = "demo"


def start_demo(home: Path, otlp_endpoint: str, *, seed: int = 0, runtime: Runtime | None = None) -> DemoStart:
    """Start the six services, or find them running. They send to `otlp_endpoint`, the base URL of OTLP/HTTP of the
    stack; that is run by `runtime`, where one is given, and scrapes their metrics and asks for their health.

    `seed` decides what requests do that bring no scenario of their own, a `curl` for instance. Raises NotReady naming
    the service that does not start and its log.
    """
    try:
        return system.start(home, environment(otlp_endpoint), seed=seed)
    finally:
        list_demo(home, runtime)


def stop_demo(home: Path, runtime: Runtime | None = None) -> tuple[str, ...]:
    """End exactly the processes that `start_demo` started; the names of those that ran, none when nothing did.

    Nobody is told to ask them any more before the first ends: of what was stopped on purpose no alert shall tell.
    """
    try:
        _list(home, (), runtime)
    finally:
        ended = system.stop(home)
    return ended


def list_demo(home: Path, runtime: Runtime | None = None) -> None:
    """Have the demo's services asked that there are now: none when it was killed. Raises NotReady."""
    _list(home, demo_targets(home), runtime)


def _list(home: Path, targets: Iterable[Target], runtime: Runtime | None) -> None:
    with _listed(home):
        write_targets(home, _SOURCE, targets)
    if runtime is not None:
        runtime.notice_services()


def demo_targets(home: Path) -> tuple[Target, ...]:
    """The demo's services, if any of them runs."""
    found = state.load(home)
    return _targets(found) if found and any(service.alive for service in found.services) else ()


def _targets(running: DemoSystem) -> tuple[Target, ...]:
    return tuple(Target(service.name, service.url) for service in running.services)


@contextmanager
def _listed(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        folder = targets_folder(home)
        what = f"whom to scrape cannot be written down in {folder}: {error.strerror}"
        raise NotReady(what, hint=f"ls -ld {quote(str(folder))}") from error


def fresh_seed() -> int:
    """A seed nobody used before: the IDs of requests come from it, and an ID should lead to one request."""
    return secrets.randbits(32)


def send_traffic(home: Path, plan: TrafficPlan) -> Iterator[Sent]:
    """Send requests to the running demo, yielding each in order once it is answered.

    When the iteration ends the services have sent everything they held. Raises NotReady at once when the demo does not
    run, later when it stops answering, and PhoenixDevError at the end when an answer was not the one that its scenario
    must lead to.
    """
    return _checked(home, send(system.running(home), plan), plan)


def _checked(home: Path, requests: Iterable[Sent], plan: TrafficPlan) -> Iterator[Sent]:
    unexpected: Counter[int] = Counter()
    for sent in requests:
        unexpected[sent.status_code] += not sent.expected
        yield sent
    if total := unexpected.total():
        statuses = ", ".join(f"{count} × {status}" for status, count in sorted(unexpected.items()) if count)
        now = state.load(home)
        raise PhoenixDevError(
            f"{total} of {plan.count} requests were not answered as their scenario says: {statuses}.",
            hint="phoenix-dev demo fault clear"
            if now and now.faults
            else "phoenix-dev demo stop && phoenix-dev demo start",
        )


def first_request(
    home: Path,
    otlp_endpoint: str,
    *,
    seed: int | None = None,
    faults: tuple[Fault, ...] = (),
    runtime: Runtime | None = None,
) -> Sent:
    """Start the demo if need be and send the one request that shows most: cache miss, tool, three documents.

    Without a seed its IDs are new each time.
    """
    start_demo(home, otlp_endpoint, runtime=runtime)
    plan = TrafficPlan(seed=_telling_seed(fresh_seed() if seed is None else seed), faults=faults)
    (sent,) = send_traffic(home, plan)
    return sent


def _telling_seed(seed: int) -> int:
    """The first seed from `seed` on whose first request goes through all six services and reads every document."""
    while True:
        scenario = scenario_of(seed, 0)
        if scenario.fresh and scenario.tool and scenario.documents == DOCUMENTS_PER_TOPIC:
            return seed
        seed += 1
