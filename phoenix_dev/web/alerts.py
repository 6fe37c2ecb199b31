"""Alerts: what fires and may soon, over which time, every rule, and what was sent."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from phoenix_dev.errors import NotReady
from phoenix_dev.model.message import words_of
from phoenix_dev.model.quantity import clock, day, duration
from phoenix_dev.model.unit import plain
from phoenix_dev.usecases.alert_history import read_history
from phoenix_dev.usecases.alerts import alert_states, delivered
from phoenix_dev.web.form import Form
from phoenix_dev.web.lanes import lanes_of
from phoenix_dev.web.markup import page
from phoenix_dev.web.metrics import WINDOWS, range_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from phoenix_dev.model.alert import Alert, Delivery, Rules
    from phoenix_dev.model.alert_history import AlertHistory
    from phoenix_dev.model.message import Words
    from phoenix_dev.stores import Stores
    from phoenix_dev.web.metrics import Range
    from phoenix_dev.web.readers import Readers

    _Found = TypeVar("_Found")

_WINDOW = "1h"
#: Messages that are listed, the newest.
_MOST_SENT = 100
_SIGNS = {"critical": "✗", "warning": "▲", "info": "●"}


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert that is pending or fires. `quiet`: why nobody is told."""

    alert: Alert
    sign: str
    lasts: str
    value: str
    summary: str
    description: str
    runbook: str
    service: str
    labels: tuple[tuple[str, str], ...]
    quiet: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentView:
    """A message that was sent, with what its reader sees of it."""

    sent: Delivery
    place: int
    day: str
    clock: str
    words: Words


@dataclass(frozen=True, slots=True)
class _Told:
    rules: Rules
    history: AlertHistory | None
    sent: tuple[Delivery, ...]
    lacks: tuple[str, ...]


class AlertPages:
    """`/alerts`, and what of it changes, for who has the page already."""

    def __init__(self, readers: Readers, project: str) -> None:
        self._readers = readers
        self._project = project

    async def show(self, request: Request) -> Response:
        """The page."""
        form = Form(request.query_params)
        values = await self._values(form)
        return page("alerts.html", 400 if form.wrong else 200, **values, windows=WINDOWS, active="alerts", typed="")

    async def changing(self, request: Request) -> Response:
        """What of it changes, as it is now."""
        return page("_alerts.html", 200, **await self._values(Form(request.query_params)))

    async def _values(self, form: Form) -> dict[str, object]:
        shown = range_of(form, time.time_ns(), _WINDOW)
        found = await self._readers.ask(lambda stores: _read(stores, shown))
        now = time.time_ns()
        sent = found.sent[-_MOST_SENT:]
        return {
            "project": self._project,
            "shown": shown,
            "given": {"since": shown.typed} if shown.live else shown.moved(0),
            "active_alerts": [_alert_view(alert, now) for rule in found.rules for alert in rule.alerts],
            "rules": found.rules,
            "lanes": lanes_of(found.history, sent) if found.history else None,
            "sent": [_sent_view(one, place) for place, one in reversed(list(enumerate(sent)))],
            "more_sent": len(found.sent) - len(sent),
            "wrong": form.wrong,
            "lacks": found.lacks,
            "signs": _SIGNS,
        }


def _read(stores: Stores, shown: Range) -> _Told:
    """All that is known; what does not answer is told, and the rest shown. Raises NotReady where nothing answers."""
    lacks: list[str] = []

    def known(ask: Callable[[], _Found]) -> _Found | None:
        try:
            return ask()
        except NotReady as error:
            lacks.append(error.message)
            return None

    rules = alert_states(stores)
    lacks += rules.lacks
    history = known(lambda: read_history(stores, shown.since_ns, shown.until_ns))
    sent = known(lambda: delivered(stores, shown.since_ns, None)) or ()
    return _Told(rules, history, tuple(one for one in sent if one.time_ns <= shown.until_ns), tuple(lacks))


def _alert_view(alert: Alert, now_ns: int) -> AlertView:
    told = alert.annotations
    labels = ((name, value) for name, value in sorted(alert.labels.items()) if name not in ("alertname", "severity"))
    return AlertView(
        alert=alert,
        sign=_SIGNS[alert.severity],
        lasts=duration(max(0, now_ns - alert.since_ns)),
        value=plain(alert.value),
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        runbook=told.get("runbook", ""),
        service=alert.labels.get("service_name", ""),
        labels=tuple(labels),
        quiet=(*(f"inhibited by {one}" for one in alert.inhibited_by), *(("silenced",) if alert.silenced else ())),
    )


def _sent_view(one: Delivery, place: int) -> SentView:
    return SentView(one, place, day(one.time_ns), clock(one.time_ns)[:8], words_of(one))
