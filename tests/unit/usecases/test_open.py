"""Where a browser is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from phoenix_dev.errors import NotFound, NotReady
from phoenix_dev.model.stack import Endpoints
from phoenix_dev.usecases.open import PAGES, addresses, page_url
from tests.otlp import log, logs, span, traces

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.stores import Stores

    Send = Callable[..., None]

PLAIN = Endpoints(jaeger="http://127.0.0.1:16686", loki="http://127.0.0.1:3100", prometheus="http://127.0.0.1:9090")
WHOLE = Endpoints(
    jaeger=PLAIN.jaeger,
    loki=PLAIN.loki,
    prometheus=PLAIN.prometheus,
    alertmanager="http://127.0.0.1:9093",
    grafana="http://127.0.0.1:3000",
)

OWN = Endpoints(otlp_http="http://127.0.0.1:4318", ui="http://127.0.0.1:4319")
TRACE = "0af7651916cd43dd8448eb211c80319c"


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


@pytest.mark.parametrize("page", ["logs", "metrics", "alerts"])
def test_the_embedded_runtime_shows_logs_metrics_and_alerts_on_its_own_page(page: str) -> None:
    assert addresses(OWN, not_to_be_opened, page) == (f"http://127.0.0.1:4319/{page}",)


def test_what_it_has_no_page_of_it_says() -> None:
    with pytest.raises(NotReady, match="the embedded runtime has no page of dashboards"):
        addresses(OWN, not_to_be_opened, "dashboards")


def test_with_nothing_named_its_list_is_opened() -> None:
    assert addresses(OWN, not_to_be_opened, None) == ("http://127.0.0.1:4319/",)


@pytest.mark.parametrize("what", [*PAGES, "an-id"])
def test_an_engine_of_an_older_version_has_no_page(what: str) -> None:
    with pytest.raises(NotReady, match="without a page"):
        addresses(Endpoints(otlp_http="http://127.0.0.1:4318"), not_to_be_opened, what)


def test_a_request_of_one_trace_is_opened_there(send: Send, stores: Stores) -> None:
    send(traces("gateway", span(TRACE, "GET /")))
    assert addresses(OWN, lambda: stores, TRACE) == (f"http://127.0.0.1:4319/trace/{TRACE}",)


def test_a_request_of_several_traces_is_one_page(send: Send, stores: Stores) -> None:
    for trace_id in (TRACE, "1" * 32):
        send(traces("gateway", span(trace_id, "GET /", attributes={"correlation_id": "a b/&"})))
    assert addresses(OWN, lambda: stores, "a b/&") == ("http://127.0.0.1:4319/find?q=a%20b%2F%26&as=correlation",)


def test_so_is_one_that_only_logs_bear(send: Send, stores: Stores) -> None:
    send(logs("gateway", log("here", correlation_id="lonely")))
    assert addresses(OWN, lambda: stores, "lonely") == ("http://127.0.0.1:4319/find?q=lonely&as=correlation",)
    with pytest.raises(NotFound, match="only logs bear"):
        addresses(PLAIN, lambda: stores, "lonely")
