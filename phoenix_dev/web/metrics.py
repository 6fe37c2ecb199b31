"""What was measured, as charts over a time that the address holds."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.quantity import clock, day, duration, duration_ns
from phoenix_dev.usecases.courses import read_courses
from phoenix_dev.web.charts import drawn
from phoenix_dev.web.form import Form
from phoenix_dev.web.markup import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from phoenix_dev.model.course import Courses
    from phoenix_dev.signals.tuning import Tuning
    from phoenix_dev.stores import Stores
    from phoenix_dev.web.readers import Readers

WINDOWS = ("5m", "15m", "1h", "6h", "24h", "7d")
_WINDOW = "15m"
_SECOND = 10**9
#: The shortest time that is drawn, and the longest: nothing is kept longer unless somebody said so.
_SHORTEST_NS, _LONGEST_NS = 30 * _SECOND, 30 * 86_400 * _SECOND
#: How often what is shown of the last minutes is asked for anew, by how much time is shown (seconds).
_FRESH = ((1800, 5), (2 * 3600, 15), (86_400, 60))
#: So many times longer than reading takes is waited until it is read again.
_IDLE = 10


@dataclass(frozen=True, slots=True)
class Range:
    """From when to when is shown. `live`: up to now, and on as time goes by; `typed` is the window that was chosen."""

    since_ns: int
    until_ns: int
    live: bool
    typed: str

    @property
    def every_s(self) -> int:
        """How often it is worth to ask again; 0 for a time that is past."""
        span_s = (self.until_ns - self.since_ns) / _SECOND
        return next((every for most, every in _FRESH if span_s <= most), 300) if self.live else 0

    @property
    def words(self) -> str:
        """It in words, UTC."""
        ends = [f"{day(one)} {clock(one)[:8]}" for one in (self.since_ns, self.until_ns)]
        ends[1] = ends[1].removeprefix(ends[0][:11])
        return f"{' – '.join(ends)}, {duration(self.until_ns - self.since_ns)}"

    def moved(self, parts: float, wider: float = 1.0) -> dict[str, str]:
        """The fields of one so many lengths later and so much wider, about the same middle."""
        length = self.until_ns - self.since_ns
        middle = self.since_ns + round(length * (0.5 + parts))
        half = min(_LONGEST_NS, max(_SHORTEST_NS, round(length * wider))) // 2
        return {"since": rfc3339(max(0, middle - half), 3), "until": rfc3339(middle + half, 3)}


def range_of(form: Form, now_ns: int, window: str = _WINDOW) -> Range:
    """What a form asks for. A wrong one is told beside the form, and the usual time is shown."""
    typed = form.text("since") or window
    since, until = form.since(window), form.until()
    if form.wrong:
        typed = window
    if until is None and (duration_ns(typed) is not None or form.wrong):
        length = min(_LONGEST_NS, max(_SHORTEST_NS, now_ns - since))
        return Range(now_ns - length, now_ns, True, typed)
    end = min(until or now_ns, now_ns)
    begin = min(since, end - _SHORTEST_NS)
    return Range(max(0, begin, end - _LONGEST_NS), end, False, "")


class MetricPages:
    """`/metrics`, and its charts alone, for who has them already."""

    def __init__(self, readers: Readers, project: str, tuning: Tuning) -> None:
        self._readers = readers
        self._project = project
        self._tuning = tuning

    async def show(self, request: Request) -> Response:
        """The page."""
        form = Form(request.query_params)
        shown = range_of(form, time.time_ns())

        def services(stores: Stores) -> tuple[str, ...]:
            return tuple(one.service for one in stores.services.activity(shown.since_ns))

        values = await self._values(form, shown)
        known = await self._readers.ask(services)
        status = 400 if form.wrong else 200
        return page("metrics.html", status, **values, services=known, windows=WINDOWS, active="metrics", typed="")

    async def charts(self, request: Request) -> Response:
        """Its charts as they are now."""
        form = Form(request.query_params)
        return page("_charts.html", 200, **await self._values(form, range_of(form, time.time_ns())))

    async def _values(self, form: Form, shown: Range) -> dict[str, object]:
        service = form.text("service")

        def read(stores: Stores) -> Courses:
            return read_courses(stores, service, shown.since_ns, shown.until_ns, self._tuning)

        began = time.monotonic()
        found = await self._readers.ask(read)
        took_s = time.monotonic() - began
        given = {"service": service, **({"since": shown.typed} if shown.live else shown.moved(0))}
        return {
            "project": self._project,
            "service": service,
            "shown": shown,
            "every_s": max(shown.every_s, math.ceil(_IDLE * took_s)) if shown.live else 0,
            "given": given,
            "sections": [(one.title, [drawn(course) for course in one.courses]) for one in found.sections],
            "wrong": form.wrong,
            "troubles": found.troubles,
        }
