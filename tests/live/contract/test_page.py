"""The page in front of the real stack."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from phoenix_dev.backends.http import http_client
from phoenix_dev.backends.open import open_remote_stores
from tests import otlp
from tests.live.conftest import endpoints
from tests.site import a_site, events_of

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.stores import Stores
    from tests.contract.keeping import Kept
    from tests.live.compose.by_hand import ByHand


def test_a_request_is_found_listed_shown_and_followed(kept: Kept, stack: ByHand, tmp_path: Path) -> None:
    where = endpoints(stack)

    urls = (where.jaeger, where.loki, where.prometheus)

    def opened(clients: ExitStack) -> Stores:
        return open_remote_stores(where, clients.enter_context(http_client(urls)))

    web, llm, trace, root = kept.own("web"), kept.own("llm"), otlp.new_trace_id(), otlp.new_span_id()
    borne: dict[str, Any] = {"correlation_id": kept.own("c")}
    with ExitStack() as clients, a_site(tmp_path, lambda: opened(clients)) as site:
        tail = re.findall(r'data-live="([^"]*)"', site.get(f"/logs?service={llm}").text)[0].replace("&amp;", "&")
        with site.asking(tail) as following:
            kept.send(
                otlp.traces(web, otlp.span(trace, "GET /", span_id=root, start=kept.now, attributes=borne, kind=2)),
                otlp.traces(llm, otlp.span(trace, "chat", parent=root, start=kept.now, kind=2, error="too slow")),
                otlp.logs(llm, otlp.log("model timed out", time=kept.now + 1, trace_id=trace, severity=17, **borne)),
            )
            assert "model timed out" in next(events_of(following, "records", 30))["rows"][0]
        assert f'id="t-{trace}"' in site.get(f"/traces?service={llm}&error=1").text
        assert site.get(f"/find?q={kept.own('c')}").headers["location"] == f"/trace/{trace}"
        html = site.get(f"/trace/{trace}").text
        for said in ("too slow", "model timed out", "are kept once here"):
            assert said in html
        assert f">{web} → {llm}: 1 ✗ 100 %<" in site.get("/map").text
        assert llm in site.get("/services").text
