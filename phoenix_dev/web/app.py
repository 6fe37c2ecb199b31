"""Which address shows what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from phoenix_dev.errors import NotFound, NotReady, PhoenixDevError, UsageError
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.web.alerts import AlertPages
from phoenix_dev.web.live import Streams
from phoenix_dev.web.logs import LogPages
from phoenix_dev.web.markup import STATIC, page
from phoenix_dev.web.metrics import MetricPages
from phoenix_dev.web.readers import Readers
from phoenix_dev.web.requests import RequestPages
from phoenix_dev.web.system import SystemPages
from phoenix_dev.web.traces import TracePages

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from phoenix_dev.stores import Stores

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_STATUSES = ((NotFound, 404), (UsageError, 400), (NotReady, 503))


def page_app(
    open_stores: Callable[[], Stores], project: str, tuning: Tuning | None = None
) -> tuple[Starlette, Streams]:
    """The page of some stores, and the streams that it has open. `tuning`: what the project changed of indicators."""
    readers, streams = Readers(open_stores), Streams()
    traces, requests = TracePages(readers, streams, project), RequestPages(readers, streams, project)
    logs, system = LogPages(readers, streams, project), SystemPages(readers, project)
    metrics, alerts = MetricPages(readers, project, tuning or Tuning()), AlertPages(readers, project)
    routes = [
        Route("/", traces.show),
        Route("/traces", traces.show),
        Route("/traces/live", traces.live),
        Route("/find", requests.find),
        Route("/trace/{trace_id}", requests.trace),
        Route("/trace/{trace_id}/live", requests.live),
        Route("/trace/{trace_id}/span/{key}", requests.span),
        Route("/logs", logs.show),
        Route("/logs/live", logs.live),
        Route("/log", logs.one),
        Route("/metrics", metrics.show),
        Route("/metrics/charts", metrics.charts),
        Route("/alerts", alerts.show),
        Route("/alerts/changing", alerts.changing),
        Route("/services", system.services),
        Route("/map", system.map),
        Route("/static/{name}", _static),
    ]

    async def failed(request: Request, error: Exception) -> HTMLResponse:
        assert isinstance(error, PhoenixDevError)
        status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
        return page("message.html", status, **_base(project, request), message=error.message, hint=error.hint)

    async def missing(request: Request, error: Exception) -> HTMLResponse:
        assert isinstance(error, HTTPException)
        message = "There is no such page here" if error.status_code == 404 else error.detail
        return page("message.html", error.status_code, **_base(project, request), message=message, hint="")

    handlers = {PhoenixDevError: failed, HTTPException: missing}
    return Starlette(routes=routes, exception_handlers=handlers), streams


def _base(project: str, request: Request) -> dict[str, object]:
    return {"project": project, "active": "", "typed": request.query_params.get("q", "")[:500]}


async def _static(request: Request) -> Response:
    file = STATIC / request.path_params["name"]
    if file.parent != STATIC or file.suffix not in _TYPES or not file.is_file():
        return PlainTextResponse("there is no such file\n", 404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"} if request.query_params.get("v") else {}
    return Response(file.read_bytes(), media_type=_TYPES[file.suffix], headers=headers)
