"""The pages with what is hostile or large: nothing that was sent becomes markup, and what is too long is cut."""

from __future__ import annotations

import re
import time
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.web import views, waterfall
from tests import otlp
from tests.contract.hostile import HOSTILE_IDS, shortly
from tests.site import a_site
from tests.unit.web.reading import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.site import Site


SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def foreign_markup(html: str) -> list[str]:
    """Tags and attributes that no template of ours writes: what runs, loads, styles, or leads elsewhere."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            if tag == "script" and not (given.get("src") or "").startswith("/static/page.js?v="):
                found.append(tag)
            if tag == "img" and not (given.get("src") or "").startswith("/static/icon.svg?v="):
                found.append(tag)
            if tag in ("iframe", "object", "embed", "style", "base"):
                found.append(tag)
            found.extend(name for name in given if name.startswith("on") or name in ("style", "srcdoc"))
            found.extend(
                f"{name}={given[name]}"
                for name in ("href", "src", "action")
                if not (given.get(name) or "/").startswith(("/", "#", "?"))
            )

    Reader().feed(html)
    return found


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page in front of everything that the tests of hostile texts send."""
    with a_site(tmp_path_factory.mktemp("crowded")) as running:
        yield running


@pytest.mark.parametrize("value", [*HOSTILE_IDS, SCRIPT, "javascript:alert(1)", "{{7*7}}"], ids=shortly)
def test_nothing_sent_becomes_markup(crowded: Site, value: str) -> None:
    """Everywhere a text can stand: service, operation, attribute, status, event, link, log, IDs."""
    site, trace, now = crowded, otlp.new_trace_id(), time.time_ns()
    borne: dict[str, Any] = {"correlation_id": value, value: value}
    span = otlp.span(trace, value, span_id="b" * 16, start=now, attributes=borne, error=value)
    span.events.add(name=value, time_unix_nano=now).attributes.extend(otlp.pairs(borne))
    link = span.links.add(trace_id=bytes.fromhex("c" * 32), span_id=bytes.fromhex("d" * 16))
    link.attributes.extend(otlp.pairs(borne))
    site.send(
        otlp.traces(value, span),
        otlp.logs(value, otlp.log(value, trace_id=trace, span_id="b" * 16, time=now, **borne)),
    )
    typed = "".join(f"%{byte:02x}" for byte in value.encode())
    for path in (
        "/",
        f"/traces?service={typed}&operation={typed}&attr={typed}",
        f"/trace/{trace}?span={'b' * 16}",
        f"/trace/{trace}?span={typed}",
        f"/trace/{trace}/span/{'b' * 16}",
        f"/find?q={typed}",
        f"/logs?text={typed}&service={typed}&since={typed}",
        "/logs",
        "/services",
        "/map",
    ):
        html = site.get(path).text
        assert foreign_markup(html) == [], path
        assert not set("\u202e\ufeff\x00\x1b") & set(html), path


def test_a_body_of_a_megabyte_is_cut_and_can_be_read_whole(site: Site) -> None:
    body = "x" * 1_000_000 + "the end"
    site.send(otlp.logs("gateway", otlp.log(body, time=time.time_ns(), big="y" * 100_000)))
    html = site.get("/logs").text
    assert len(html) < 100_000
    assert "the end" not in html
    (whole,) = re.findall(r'href="(/log\?[^"]*)">Show all', html)
    found = site.get(unescape(whole)).text
    assert "the end" in found
    assert "y" * 100_000 in found


def test_a_span_with_a_megabyte_is_cut_and_can_be_read_whole(site: Site) -> None:
    big = {"big": "z" * 1_000_000 + "!"}
    site.send(otlp.traces("gateway", otlp.span("a" * 32, "n" * 100_000, span_id="b" * 16, attributes=big)))
    for path in (f"/trace/{'a' * 32}", f"/trace/{'a' * 32}?span={'b' * 16}", "/?since=all"):
        assert len(site.get(path).text) < 60_000
    assert "z!" in site.get(f"/trace/{'a' * 32}/span/{'b' * 16}?whole=1").text


def test_many_traces_are_told_and_more_are_a_link_away(site: Site) -> None:
    now = time.time_ns()
    site.send(*(otlp.traces("gateway", otlp.span(otlp.new_trace_id(), "GET", start=now - i)) for i in range(60)))
    html = site.get("/?service=gateway").text
    assert html.count('<li id="t-') == 50
    (more,) = re.findall(r'href="(/traces[^"]*)">Show 100', html)
    assert site.get(unescape(more)).text.count('<li id="t-') == 60


def test_a_large_trace_is_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waterfall, "FIRST_ROWS", 30)
    monkeypatch.setattr(waterfall, "MOST_ROWS", 100)
    trace, now = "a" * 32, time.time_ns()
    spans = [otlp.span(trace, f"step {number}", start=now + number, ms=1) for number in range(120)]
    site.send(otlp.traces("worker", *spans))
    few, many = site.get(f"/trace/{trace}").text, site.get(f"/trace/{trace}?expand=1").text
    assert few.count('<li class="r ') == 30
    assert "90 spans of 120 not shown" in words(few)
    assert many.count('<li class="r ') == 100
    assert "20 spans more than this page shows" in words(many)


def test_what_a_span_has_beyond_what_is_listed_is_counted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_LISTED", 2)
    trace, now, span_id = otlp.new_trace_id(), time.time_ns(), "b" * 16
    span = otlp.span(trace, "busy", span_id=span_id, start=now, ms=1)
    for number in range(5):
        span.events.add(name=f"event {number}", time_unix_nano=now + number)
        span.links.add(trace_id=bytes.fromhex("c" * 32), span_id=bytes.fromhex("d" * 16))
    logs = [otlp.log(f"said {number}", trace_id=trace, span_id=span_id, time=now + number) for number in range(6)]
    lost = [otlp.log(f"lost {number}", trace_id=trace, span_id="e" * 16, time=now + number) for number in range(3)]
    site.send(otlp.traces("worker", span), otlp.logs("worker", *logs, *lost))
    shown = words(site.get(f"/trace/{trace}/span/{span_id}").text)
    assert "Logs 6" in shown
    assert f"4 lines more: phoenix-dev trace {trace} --json" in shown
    assert "3 events more" in shown
    assert "3 links more" in shown
    assert f"1 line more: phoenix-dev logs --trace {trace}" in words(site.get(f"/trace/{trace}").text)
