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
#: Where a person begins to look (provisioning/grafana/dashboards).
_OVERVIEW = "/d/phoenix-system-overview"


def trace_urls(endpoints: Endpoints, open_stores: Callable[[], Stores], text: str) -> tuple[str, ...]:
    """Where each trace of a request is shown, in the order of time.

    Raises NotFound when nothing bears the ID or only logs do, NotReady where no page shows traces.
    """
    if not endpoints.jaeger:
        raise NotReady("the embedded runtime has no page for the browser", hint=command_for("trace", text))
    stores = open_stores()
    trace_ids = resolve(stores, text).trace_ids
    if not trace_ids:
        raise NotFound(f"only logs bear '{text}', and no trace", hint=command_for("trace", text))
    return tuple(f"{endpoints.jaeger}/trace/{trace_id}" for trace_id in trace_ids)


def page_url(endpoints: Endpoints, page: str) -> str:
    """Where a page of PAGES is; Grafana's where it runs, else that of the part itself. Raises NotReady for none."""
    if not endpoints.jaeger:
        command = {"logs": "phoenix-dev logs"}.get(page, "phoenix-dev status")
        raise NotReady(f"the embedded runtime has no page of {page} for the browser", hint=command)
    found = {
        "dashboards": endpoints.grafana and f"{endpoints.grafana}{_OVERVIEW}",
        "logs": endpoints.grafana and _explore(endpoints.grafana, "loki", '{service_name=~".+"}'),
        "metrics": _explore(endpoints.grafana, "prometheus", "")
        if endpoints.grafana
        else f"{endpoints.prometheus}/query",
        "alerts": f"{endpoints.alertmanager}/#/alerts" if endpoints.alertmanager else f"{endpoints.prometheus}/alerts",
    }[page]
    if not found:
        hint = "phoenix-dev logs" if page == "logs" else "phoenix-dev up"
        raise NotReady(f"Grafana shows the {page}, and it does not run", hint=hint)
    return found


def _explore(grafana: str, source: str, expression: str) -> str:
    """Grafana's Explore on a data source, the last hour; times and source have to be strings there."""
    query = {"refId": "A", "datasource": {"type": source, "uid": source}, "expr": expression}
    pane = {"datasource": source, "queries": [query], "range": {"from": "now-1h", "to": "now"}}
    return f"{grafana}/explore?schemaVersion=1&orgId=1&panes={quote(json.dumps({'a': pane}))}"
