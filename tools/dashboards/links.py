"""Links from what a panel shows to the logs and traces behind it. All stay within Grafana, whatever its address."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import DashboardLink

from phoenix_dev.signals.names import SERVICE_DASHBOARD
from tools.dashboards.queries import ERROR_LEVELS, logs
from tools.dashboards.sources import JAEGER, LOKI

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.common import DataSourceRef

_VARIABLE = re.compile(r"(\$\{[^}]*\})")


class _DataLink(DashboardLink):
    """A link of a panel's data: of what the SDK writes for links, Grafana knows only these three here."""

    def to_json(self) -> dict[str, object]:
        return {"title": self.title, "url": self.url, "targetBlank": self.target_blank}


@dataclass(frozen=True, slots=True)
class Link(Builder[DashboardLink]):
    """A link that a click on data offers."""

    title: str
    url: str

    def build(self) -> DashboardLink:
        """The SDK's value."""
        return _DataLink(title=self.title, url=self.url)


def variable(name: str) -> str:
    """A value that Grafana puts into a URL when the link is clicked."""
    return "${" + name + ":percentencode}"


def to_service(service: str) -> Link:
    """To the dashboard of a service, over the same time."""
    url = f"/d/{SERVICE_DASHBOARD}/service?var-service={service}&from=${{__from}}&to=${{__to}}"
    return Link("Dashboard of this service", url)


def to_dashboard(uid: str, title: str) -> Link:
    """To another dashboard as a whole, over the same time."""
    return Link(title, f"/d/{uid}/?from=${{__from}}&to=${{__to}}")


def to_traces(service: str, *, operation: str = "", failed: bool = False) -> Link:
    """To a search for traces of a service in Explore."""
    query = {"queryType": "search", "service": service, "limit": 20}
    if operation:
        query["operation"] = operation
    if failed:
        query["tags"] = "error=true"
    return Link("Traces with an error" if failed else "Traces", _explore(JAEGER, query))


def to_logs(expr: str, title: str = "Logs") -> Link:
    """To log records in Explore."""
    return Link(title, _explore(LOKI, {"expr": expr, "queryType": "range"}))


def to_error_logs(service: str = "") -> Link:
    """To what a service, or all, logged as an error in that time."""
    of = f'service_name="{service}"' if service else 'service_name=~".+"'
    return to_logs(logs(of, level=ERROR_LEVELS), "Error logs" if service else "Error logs of all services")


def _explore(source: DataSourceRef, query: dict[str, Any]) -> str:
    asked = {"refId": "A", "datasource": {"type": source.type_val, "uid": source.uid}, **query}
    # All three are strings for Explore, or it resets the pane.
    pane = {"datasource": source.uid, "queries": [asked], "range": {"from": "${__from}", "to": "${__to}"}}
    text = json.dumps({"a": pane}, separators=(",", ":"))
    encoded = "".join(part if _VARIABLE.fullmatch(part) else quote(part, safe="") for part in _VARIABLE.split(text))
    return f"/explore?schemaVersion=1&orgId=1&panes={encoded}"
