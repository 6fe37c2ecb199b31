"""Asks the stores what Grafana would ask them, over a period of traffic that is past."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.grafana import data_sources, interpolated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.live.compose.by_hand import ByHand

#: How a data source's address inside the stack is reached from here.
PUBLISHED = {
    "http://prometheus:9090": "PROMETHEUS",
    "http://loki:3100": "LOKI",
    "http://jaeger:16686": "JAEGER",
    "http://jaeger:16688": "JAEGER_ERRORS",
    "http://alertmanager:9093": "ALERTMANAGER",
}


@dataclass(frozen=True)
class Asked:
    """The stores of a stack, about the time from `start` to `end` in seconds since the epoch."""

    stack: ByHand
    start: float
    end: float

    @property
    def sources(self) -> dict[str, dict[str, Any]]:
        """The data sources as Grafana has read them."""
        return data_sources({"PHOENIX_DEV_URL_JAEGER": f"http://127.0.0.1:{self.stack.ports['JAEGER']}"})

    def get(self, uid: str, path: str, **params: Any) -> Any:
        """The JSON that a data source's store answers."""
        source = self.sources[uid]["url"]
        (inside,) = (address for address in PUBLISHED if source.startswith(address))
        url = source.replace(inside, self.stack.url(PUBLISHED[inside])) + path
        answer = self.stack.http.get(url, params=params)
        assert answer.status_code == 200, f"{url} {params}: {answer.text}"
        return answer.json()

    def query(self, uid: str, target: Mapping[str, Any], values: Mapping[str, str]) -> list[Any]:
        """What a query of a panel, or of a link to Explore, gives: series, rows, records or traces; no empty ones."""
        match self.sources[uid]["type"]:
            case "prometheus":
                return self._promql(target, self._with_periods(values))
            case "loki":
                return self._logql(interpolated(target["expr"], self._with_periods(values)), target)
            case "jaeger":
                return self._jaeger(uid, {key: _put(value, values) for key, value in target.items()})
        raise AssertionError(f"{uid} is asked nothing")

    def logs(self, expr: str, start: float, end: float) -> list[dict[str, str]]:
        """The labels and structured metadata of each record that a LogQL query finds."""
        found = self.get(
            "loki", "/loki/api/v1/query_range", query=expr, start=f"{start:.6f}", end=f"{end:.6f}", limit=1000
        )
        return [stream["stream"] for stream in found["data"]["result"] for _ in stream["values"]]

    def trace(self, uid: str, trace_id: str) -> dict[str, Any]:
        """A trace as Grafana's Jaeger data source gets it."""
        (found,) = self.get(uid, f"/api/traces/{trace_id}")["data"]
        return dict(found)

    def _with_periods(self, values: Mapping[str, str]) -> dict[str, str]:
        seconds = math.ceil(self.end - self.start)
        return {"__rate_interval": "1m", "__auto": "15s", "__range": f"{seconds}s", **values}

    def _promql(self, target: Mapping[str, Any], values: Mapping[str, str]) -> list[Any]:
        query = interpolated(target["expr"], values)
        if target.get("instant"):
            found = self.get("prometheus", "/api/v1/query", query=query, time=self.end)["data"]["result"]
            return [row for row in found if _is_number(row["value"])]
        # The last step is the end itself, so that nothing that came in at last is missed.
        period = {"start": self.end - math.ceil((self.end - self.start) / 5) * 5, "end": self.end, "step": 5}
        found = self.get("prometheus", "/api/v1/query_range", query=query, **period)["data"]["result"]
        return [series for series in found if any(map(_is_number, series["values"]))]

    def _logql(self, expr: str, target: Mapping[str, Any]) -> list[Any]:
        if target.get("queryType") == "instant":
            found = self.get("loki", "/loki/api/v1/query", query=expr, time=f"{self.end:.6f}")
            return list(found["data"]["result"])
        found = self.get(
            "loki",
            "/loki/api/v1/query_range",
            query=expr,
            start=f"{self.start:.6f}",
            end=f"{self.end:.6f}",
            step="15s",
            limit=target.get("maxLines") or 1000,
        )
        return list(found["data"]["result"])

    def _jaeger(self, uid: str, target: Mapping[str, Any]) -> list[Any]:
        if target.get("queryType") != "search":
            return [self.trace(uid, target["query"])]
        tags = dict(pair.split("=", 1) for pair in target.get("tags", "").split())
        asked = {key: target[key] for key in ("service", "operation", "limit") if target.get(key)}
        period = {"start": int(self.start * 1e6), "end": int(self.end * 1e6)}
        return list(
            self.get(uid, "/api/traces", **asked, **period, **({"tags": json.dumps(tags)} if tags else {}))["data"]
        )


def _put(value: Any, values: Mapping[str, str]) -> Any:
    return interpolated(value, values) if isinstance(value, str) else value


def _is_number(sample: list[Any]) -> bool:
    return not math.isnan(float(sample[1]))
