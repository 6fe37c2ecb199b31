"""`health`: what each service says of itself at its four endpoints, and what each check gets, all asked at once."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from phoenix_dev.asking.fetch import Unfetched, fetch
from phoenix_dev.errors import NotReady
from phoenix_dev.model.health import ENDPOINTS, EndpointHealth, ServiceHealth
from phoenix_dev.scraping.exposition import ACCEPT, MOST_BYTES, Unreadable, families
from phoenix_dev.scraping.targets import Target
from phoenix_dev.synthetic.ask import ask_checks
from phoenix_dev.synthetic.check import checks_of
from phoenix_dev.usecases.demo import demo_targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from phoenix_dev.asking.fetch import Fetched
    from phoenix_dev.model.health import CheckHealth
    from phoenix_dev.settings import Settings
    from phoenix_dev.synthetic.check import Check

#: How long an endpoint may take (seconds): it is asked by whoever decides whether the service gets requests.
TIMEOUT_S = 2.0
_AT_ONCE = 32
#: Words for a dependency that a service can use. R17 names none; these are what health endpoints usually say.
_UP = {"up", "ok", "healthy", "ready", "alive", "pass", "passing", "connected", "available", "true"}


def services_to_ask(settings: Settings, home: Path) -> tuple[Target, ...]:
    """The services of the settings, else those of the demo if it runs. Raises NotReady when there is neither one nor a
    check.
    """
    if settings.services:
        return tuple(Target(entry.name, entry.url) for entry in settings.services)
    if (demo := demo_targets(home)) or settings.checks:
        return demo
    raise NotReady(
        "no service is known: list yours in phoenix-dev.yaml, as in "
        "'services: [{name: orchestrator, url: http://localhost:8001}]'",
        hint="phoenix-dev demo start",
    )


def ask_health(targets: Sequence[Target], timeout_s: float = TIMEOUT_S) -> tuple[ServiceHealth, ...]:
    """Each service, in order; returns after about `timeout_s` at most, whatever they do."""
    if not targets:
        return ()
    questions = [(target, name) for target in targets for name in ENDPOINTS]
    with ThreadPoolExecutor(min(_AT_ONCE, len(questions))) as pool:
        answers = list(pool.map(lambda asked: _ask(asked[0], asked[1], timeout_s), questions))
    size = len(ENDPOINTS)
    return tuple(
        ServiceHealth(target.service, target.url, tuple(answers[at * size : (at + 1) * size]))
        for at, target in enumerate(targets)
    )


class AskedChecks:
    """The checks of the settings, each asked no more often than it says."""

    def __init__(self, settings: Settings) -> None:
        self._checks = checks_of(settings)
        self._due = dict.fromkeys(self._checks, 0.0)
        self._found: dict[Check, CheckHealth] = {}

    def ask(self) -> tuple[CheckHealth, ...]:
        """What each of them got, in order: now, or a moment ago."""
        now = time.monotonic()
        due = [check for check in self._checks if self._due[check] <= now]
        for check, found in zip(due, ask_checks(due), strict=True):
            self._found[check] = found
            self._due[check] = now + check.interval_ns / 1e9
        return tuple(self._found[check] for check in self._checks)


def _ask(target: Target, name: str, timeout_s: float) -> EndpointHealth:
    url = f"{target.url}/health/{name}"
    try:
        answer = fetch(url, timeout_s=timeout_s, most_bytes=MOST_BYTES, accept=ACCEPT if name == "metrics" else "*/*")
    except Unfetched as error:
        return EndpointHealth(name, 0, 0, str(error))
    return EndpointHealth(name, answer.status, answer.duration_ns, _trouble(name, answer))


def _trouble(name: str, answer: Fetched) -> str:
    if name == "dependencies" and (down := "; ".join(_down(answer.body))):
        return down
    if answer.status == 404:
        return "there is no such endpoint"
    if answer.status != 200:
        return f"answered {answer.status}"
    if name != "metrics":
        return ""
    try:
        families(answer.content_type, answer.body)
    except Unreadable as error:
        return str(error)
    return ""


def _down(body: bytes) -> Iterator[str]:
    """The dependencies that an answer says are not up, each with what it says about it."""
    try:
        found = json.loads(body)["dependencies"]
        listed = found if isinstance(found, list) else [{"name": key, **_as_object(one)} for key, one in found.items()]
        for one in listed:
            status = str(one.get("status", "")).lower()
            if status and status not in _UP:
                detail = str(one.get("detail") or one.get("error") or "")
                yield f"{one.get('name', '?')} {status}" + (f" ({detail})" if detail else "")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return


def _as_object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"status": value}
