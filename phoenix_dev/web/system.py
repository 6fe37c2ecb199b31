"""The services with their figures, and the map of who calls whom."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import ago, duration, rate, share
from phoenix_dev.usecases import cannot
from phoenix_dev.usecases.see_system import see_system
from phoenix_dev.web.drawing import draw
from phoenix_dev.web.form import WINDOWS, Form
from phoenix_dev.web.hues import hue_of
from phoenix_dev.web.markup import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from phoenix_dev.model.system import ServiceFigures, System
    from phoenix_dev.stores import Stores
    from phoenix_dev.web.readers import Readers

#: Services that a table has, and that a map can be read with.
_MOST_SERVICES = 500
_MOST_ON_MAP = 60
_WINDOW = "1h"


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service in the table; texts are empty where there is nothing to tell. `bars` are height and y of a picture."""

    service: str
    hue: int
    rate: str
    errors: str
    share: str
    failing: bool
    latency: tuple[str, str, str]
    bars: tuple[tuple[str, str, str, str], ...]
    figures: ServiceFigures
    last: str


class SystemPages:
    """`/services` and `/map`."""

    def __init__(self, readers: Readers, project: str) -> None:
        self._readers = readers
        self._project = project

    async def services(self, request: Request) -> Response:
        """Every service: how much, how well, how fast."""
        form = Form(request.query_params)
        found, lacks, values = await self._read(form, "services")
        rows = [_row(one, found) for one in found.services[:_MOST_SERVICES]]
        return page("services.html", 400 if form.wrong else 200, **values, rows=rows, lacks=lacks)

    async def map(self, request: Request) -> Response:
        """Who calls whom."""
        form = Form(request.query_params)
        found, lacks, values = await self._read(form, "map")
        calls = sorted(found.calls, key=lambda call: -call.count)
        shown = {name for call in calls for name in (call.caller, call.callee)}
        drawing = draw(found, _MOST_ON_MAP)
        return page(
            "map.html",
            400 if form.wrong else 200,
            **values,
            drawing=drawing,
            calls=calls[:_MOST_SERVICES],
            hue_of=hue_of,
            alone=[one.service for one in found.services if one.service not in shown],
            lacks=lacks,
        )

    async def _read(self, form: Form, active: str) -> tuple[System, tuple[str, ...], dict[str, object]]:
        since, now = form.since(_WINDOW), time.time_ns()

        def read(stores: Stores) -> tuple[System, tuple[str, ...]]:
            return see_system(stores, since, now), tuple(cannot.of_services(stores))

        found, lacks = await self._readers.ask(read)
        base = {"project": self._project, "active": active, "typed": "", "form": form.given, "wrong": form.wrong}
        covered = duration(found.until_ns - found.since_ns)
        return found, lacks, {**base, "system": found, "windows": WINDOWS, "window": _WINDOW, "covered": covered}


def _row(one: ServiceFigures, system: System) -> ServiceRow:
    latency = one.latency
    times = tuple(duration(ns) for ns in (latency.p50_ns, latency.p95_ns, latency.p99_ns)) if latency else ("", "", "")
    return ServiceRow(
        service=one.service,
        hue=hue_of(one.service),
        rate=rate(one.requests, system.seconds) if one.requests else "",
        errors=f"{one.errors:,}" if one.errors else "",
        share=share(one.errors / one.requests) if one.requests else "",
        failing=bool(one.errors),
        latency=(times[0], times[1], times[2]),
        bars=tuple(_bars(one)),
        figures=one,
        last=ago(system.until_ns - one.last_ns) if one.last_ns else "",
    )


def _bars(one: ServiceFigures) -> list[tuple[str, str, str, str]]:
    """x, height, and height of the failed part of each bar, in units of the picture (30 by 10), and what it counts."""
    most = max(one.buckets, default=0)
    if not most:
        return []
    return [
        (str(place), f"{10 * every / most:.2f}", f"{10 * failed / most:.2f}", f"{every:,}")
        for place, (every, failed) in enumerate(zip(one.buckets, one.failures, strict=True))
        if every
    ]
