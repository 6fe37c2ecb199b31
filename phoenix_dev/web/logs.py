"""The logs, and their tail."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from phoenix_dev.errors import NotFound
from phoenix_dev.model.log import LEVELS
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases import cannot
from phoenix_dev.web.form import LOG_LIMITS, WINDOWS, Form, log_filter
from phoenix_dev.web.live import Event
from phoenix_dev.web.log_lines import digest_of, log_line, log_lines
from phoenix_dev.web.markup import fragment, page, query
from phoenix_dev.web.values import WHOLE, values_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.logs import LogPage
    from phoenix_dev.web.live import Streams
    from phoenix_dev.web.readers import Readers

#: Records that one event brings at most; of more only the number is told.
_AT_ONCE = 200
_OFTEN_S = 0.2
_DAY_NS = 24 * 3600 * 10**9
#: Cursors as stores make them; whatever else a URL holds is none.
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,64}:[0-9]{1,18}")


class LogPages:
    """`/logs`, its stream, and `/log`, one record with all it says."""

    def __init__(self, readers: Readers, streams: Streams, project: str) -> None:
        self._readers = readers
        self._streams = streams
        self._project = project

    async def show(self, request: Request) -> Response:
        """The newest that pass, oldest first."""
        form = Form(request.query_params)
        keep, limit = log_filter(form), form.limit(LOG_LIMITS)

        def read(stores: Stores) -> tuple[LogPage, tuple[str, ...], tuple[str, ...]]:
            services = tuple(one.service for one in stores.services.activity(time.time_ns() - _DAY_NS))
            return stores.logs.search(keep, limit), services, tuple(cannot.of_logs(stores, keep.since_ns))

        found, services, lacks = await self._readers.ask_following(read)
        given: dict[str, object] = {name: form.text(name) for name in ("service", "level", "text", "since")}
        return page(
            "logs.html",
            400 if form.wrong else 200,
            project=self._project,
            active="logs",
            typed="",
            records=log_lines(found.records),
            truncated=found.truncated,
            more=next((one for one in LOG_LIMITS if one > limit), None),
            services=services,
            levels=LEVELS,
            windows=WINDOWS,
            form=form.given,
            filtered=any(given[name] for name in ("service", "level", "text")),
            wrong=form.wrong,
            lacks=lacks,
            given=given,
            live=query(given, after=found.cursor),
        )

    async def live(self, request: Request) -> Response:
        """Each record that passes, as it arrives after a cursor."""
        cursor = request.headers.get("last-event-id") or request.query_params.get("after", "")
        if not _CURSOR.fullmatch(cursor):
            return PlainTextResponse("there is no such place to begin\n", 400)
        return self._streams.of(self._arriving(log_filter(Form(request.query_params)), cursor))

    async def _arriving(self, keep: LogFilter, cursor: str) -> AsyncIterator[Event]:
        yield Event("begin", {}, cursor)
        while True:
            tail = await self._readers.ask_following(lambda stores: stores.logs.tail(cursor))  # noqa: B023
            passing = [record for record in tail.records if keep.keeps(record)]
            if passing:
                newest = sorted(passing, key=lambda record: record.time_ns)[-_AT_ONCE:]
                rows = [fragment("_log.html", line=log_line(record)) for record in newest]
                yield Event("records", {"rows": rows, "skipped": len(passing) - len(newest)}, tail.cursor)
            cursor = tail.cursor
            pause = await self._readers.ask_following(lambda stores: stores.logs.capabilities.poll_seconds)
            if await self._streams.pause(max(_OFTEN_S, pause)):
                return

    async def one(self, request: Request) -> Response:
        """One record whole, known by its time and its digest."""
        at, digest = request.query_params.get("at", ""), request.query_params.get("digest", "")
        service = request.query_params.get("service", "")

        def read(stores: Stores) -> LogRecord | None:
            time_ns = int(at) if re.fullmatch(r"[0-9]{1,19}", at) else 0
            keep = LogFilter(services=frozenset({service} if service else ()), since_ns=time_ns, until_ns=time_ns)
            records = stores.logs.search(keep, None, follow=False).records
            return next((record for record in records if digest_of(record) == digest), None)

        found = await self._readers.ask(read)
        if found is None:
            raise NotFound("This log record is not there any more", hint="phoenix-dev logs")
        return page(
            "log.html",
            project=self._project,
            active="logs",
            typed="",
            line=log_line(found),
            attributes=values_of(found.attributes, WHOLE),
            resource=values_of(found.resource, WHOLE),
        )
