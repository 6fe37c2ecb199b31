"""Where a browser is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.model.stack import Endpoints
from phoenix_dev.usecases.open import PAGES, page_url, trace_urls

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores

PLAIN = Endpoints(jaeger="http://127.0.0.1:16686", loki="http://127.0.0.1:3100", prometheus="http://127.0.0.1:9090")
WHOLE = Endpoints(
    jaeger=PLAIN.jaeger,
    loki=PLAIN.loki,
    prometheus=PLAIN.prometheus,
    alertmanager="http://127.0.0.1:9093",
    grafana="http://127.0.0.1:3000",
)


def not_to_be_opened() -> Stores:
    raise AssertionError("nothing has to be read for this")


@pytest.mark.parametrize(("page", "source"), [("logs", "loki"), ("metrics", "prometheus")])
def test_with_grafana_logs_and_metrics_are_explored_there(page: str, source: str) -> None:
    url = urlsplit(page_url(WHOLE, page))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "http://127.0.0.1:3000/explore"
    (panes,) = parse_qs(url.query)["panes"]
    (pane,) = json.loads(panes).values()
    assert pane["datasource"] == source
    assert pane["queries"][0]["datasource"]["uid"] == source
    assert pane["range"] == {"from": "now-1h", "to": "now"}


def test_dashboards_begin_with_the_overview() -> None:
    assert page_url(WHOLE, "dashboards") == "http://127.0.0.1:3000/d/phoenix-system-overview"


def test_without_grafana_and_alertmanager_prometheus_shows_what_it_can() -> None:
    assert page_url(PLAIN, "metrics") == "http://127.0.0.1:9090/query"
    assert page_url(PLAIN, "alerts") == "http://127.0.0.1:9090/alerts"
    for page in ("dashboards", "logs"):
        with pytest.raises(NotReady, match="Grafana shows the"):
            page_url(PLAIN, page)


@pytest.mark.parametrize("page", PAGES)
def test_the_embedded_runtime_has_no_page(page: str) -> None:
    with pytest.raises(NotReady, match=f"the embedded runtime has no page of {page}"):
        page_url(Endpoints(otlp_http="http://127.0.0.1:4318"), page)


def test_on_the_embedded_runtime_a_trace_is_read_in_the_terminal() -> None:
    with pytest.raises(NotReady) as caught:
        trace_urls(Endpoints(), not_to_be_opened, "an id; rm -rf")
    assert caught.value.hint == "phoenix-dev trace 'an id; rm -rf'"
