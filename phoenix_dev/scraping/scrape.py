"""One look at one service: its page of metrics as an export, and how the look went, in the words of Prometheus."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from phoenix_dev.asking.fetch import Unfetched, fetch
from phoenix_dev.scraping.convert import gauge, otlp_metrics, target_labels
from phoenix_dev.scraping.exposition import ACCEPT, MOST_BYTES, Unreadable, families
from phoenix_dev.scraping.points import attributes
from phoenix_dev.scraping.starts import Starts

if TYPE_CHECKING:
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
    from prometheus_client import Metric as Family

    from phoenix_dev.scraping.targets import Target

#: How long a page may take; Prometheus' default is 10 s, but here nobody waits behind a network.
TIMEOUT_S = 5.0
_SCOPE = "phoenix_dev.scraping"
#: The infrastructure collector of the real stack marks what it scrapes in the same way.
_SCRAPED = attributes([("phoenix_scraped", "true")])
#: What the list says of a service is not for its page to say.
_KNOWN = ("job", "instance", "service_name", "service_instance_id")


@dataclass(slots=True)
class Scraper:
    """Scrapes one service again and again. `trouble`: why the last time went wrong, as the end of a sentence."""

    target: Target
    trouble: str = ""
    _starts: Starts = field(default_factory=Starts)

    def scrape(self) -> bytes:
        """An export of everything that the service tells now, also if that is only that it does not answer."""
        began, now_ns = time.monotonic(), time.time_ns()
        found: list[Family] = []
        self.trouble = ""
        try:
            found = self._page()
        except (Unfetched, Unreadable) as error:
            self.trouble = str(error)
        return self._export(found, now_ns, time.monotonic() - began)

    def _page(self) -> list[Family]:
        page = fetch(self.target.metrics_url, timeout_s=TIMEOUT_S, most_bytes=MOST_BYTES, accept=ACCEPT)
        if page.status != 200:
            raise Unfetched(f"answered {page.status}")
        return families(page.content_type, page.body)

    def _export(self, found: list[Family], now_ns: int, seconds: float) -> bytes:
        request = ExportMetricsServiceRequest()
        group = request.resource_metrics.add()
        who = {"service.name": self.target.service, "service.instance.id": self.target.instance}
        told = {key: value for key, value in target_labels(found).items() if key not in _KNOWN}
        group.resource.attributes.extend(attributes({**told, **who}.items()))
        scope = group.scope_metrics.add()
        scope.scope.name = _SCOPE
        scope.metrics.extend(_marked(metric) for metric in otlp_metrics(found, now_ns, self._starts))
        self._starts.scraped()
        samples = sum(len(family.samples) for family in found)
        scope.metrics.extend(
            [
                gauge("up", 0.0 if self.trouble else 1.0, now_ns),
                gauge("scrape_duration_seconds", seconds, now_ns, "s"),
                gauge("scrape_samples_scraped", float(samples), now_ns),
            ]
        )
        return request.SerializeToString()


def _marked(metric: Metric) -> Metric:
    """A metric that can be told from the same one that its service sends as well."""
    for point in getattr(metric, metric.WhichOneof("data") or "").data_points:
        point.attributes.extend(_SCRAPED)
    return metric
