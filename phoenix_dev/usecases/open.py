"""`open`: the addresses at which a browser shows a request, or the stack's own pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from phoenix_dev.errors import NotFound, NotReady
from phoenix_dev.usecases.find_request import command_for, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.model.stack import Endpoints
    from phoenix_dev.stores import Stores

PAGES = ("dashboards", "logs", "metrics", "alerts")
#: Which of them our own page has.
_OWN = {"logs": "/logs", "metrics": "/metrics", "alerts": "/alerts"}
#: Where a person begins to look (provisioning/grafana/dashboards).
_OVERVIEW = "/d/phoenix-system-overview"


def addresses(endpoints: Endpoints, open_stores: Callable[[], Stores], what: str | None) -> tuple[str, ...]:
    """Where a browser is sent for an ID, for one of PAGES, or for nothing in particular. Raises as the two below."""
    if what in PAGES:
        return (page_url(endpoints, what),)
    if what is None and not endpoints.jaeger and endpoints.ui:
        return (f"{endpoints.ui}/",)
    return trace_urls(endpoints, open_stores, what or "last")


def trace_urls(endpoints: Endpoints, open_stores: Callable[[], Stores], text: str) -> tuple[str, ...]:
    """Where each trace of a request is shown, in the order of time; our own page shows them all at one address.

    Raises NotFound when nothing bears the ID, or only logs do and Jaeger is to show them, NotReady where no page shows
    traces.
    """
    if not endpoints.jaeger and not endpoints.ui:
        raise NotReady("this engine is of a version without a page", hint="phoenix-dev up")
    found = resolve(open_stores(), text)
    if endpoints.jaeger and not found.trace_ids:
        raise NotFound(f"only logs bear '{text}', and no trace", hint=command_for("trace", text))
    if endpoints.jaeger:
        return tuple(f"{endpoints.jaeger}/trace/{trace_id}" for trace_id in found.trace_ids)
    if len(found.trace_ids) == 1 and not found.loose:
        return (f"{endpoints.ui}/trace/{found.trace_ids[0]}",)
    return (f"{endpoints.ui}/find?q={quote(found.value, safe='', errors='replace')}&as={found.kind}",)


def page_url(endpoints: Endpoints, page: str) -> str:
    """Where a page of PAGES is: on the real stack Grafana's where it runs, else that of the part itself. Raises
    NotReady for none.
    """
    if not endpoints.jaeger:
        return _own_page(endpoints, page)
    found = {
        "dashboards": endpoints.grafana and f"{endpoints.grafana}{_OVERVIEW}",
        "logs": endpoints.grafana and _explore(endpoints.grafana, "loki", '{service_name=~".+"}'),
        "metrics": _explore(endpoints.grafana, "prometheus", "")
        if endpoints.grafana
        else f"{endpoints.prometheus}/query",
        "alerts": f"{endpoints.alertmanager}/#/alerts" if endpoints.alertmanager else f"{endpoints.prometheus}/alerts",
    }[page]
    if not found:
        hint = "phoenix-dev ui" if page == "logs" else "phoenix-dev up"
        raise NotReady(f"Grafana shows the {page}, and it does not run", hint=hint)
    return found


def _own_page(endpoints: Endpoints, page: str) -> str:
    if not endpoints.ui:
        raise NotReady("this engine is of a version without a page", hint="phoenix-dev up")
    if page not in _OWN:
        raise NotReady(f"the embedded runtime has no page of {page} for the browser", hint="phoenix-dev open metrics")
    return f"{endpoints.ui}{_OWN[page]}"


def _explore(grafana: str, source: str, expression: str) -> str:
    """Grafana's Explore on a data source, the last hour; times and source have to be strings there."""
    query = {"refId": "A", "datasource": {"type": source, "uid": source}, "expr": expression}
    pane = {"datasource": source, "queries": [query], "range": {"from": "now-1h", "to": "now"}}
    return f"{grafana}/explore?schemaVersion=1&orgId=1&panes={quote(json.dumps({'a': pane}))}"
