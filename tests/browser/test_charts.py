"""Metrics and alerts as charts: by mouse, by keyboard, live, in both themes, on a telephone, with hostile names."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from phoenix_dev.telemetry.reader import open_stores
from tests import otlp
from tests.browser.test_page import CONTRAST, SCRIPT
from tests.site import a_site
from tests.unit.watching.conftest import Watched
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Look
    from tests.site import Site

STEP_S, STEPS = 20, 15
RATE, FAILED, P95 = "#c-services-rate", "#c-services-error", "#c-services-p95"


def step(watched: Watched) -> None:
    """Twenty seconds in which `web` answers four requests, of which one fails, and a service with a bad name one."""
    begin = watched.now_ms * 10**6
    ids = [otlp.new_trace_id() for _ in range(5)]
    web = [
        otlp.span(trace, "GET /", start=begin, ms=20 + 60 * number, kind=2, error="" if number == 3 else None)
        for number, trace in enumerate(ids[:4])
    ]
    watched.keep(
        otlp.traces("web", *web), otlp.traces(SCRIPT, otlp.span(ids[4], SCRIPT, start=begin, ms=5, kind=2, error=""))
    )
    watched.evaluate(STEP_S * 1000)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Five minutes of requests, up to now; what fails has fired for some of them."""
    made = Watched(tmp_path_factory.mktemp("watched"), time.time_ns() // 10**6 - STEP_S * 1000 * STEPS)
    for _ in range(STEPS):
        step(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def charts(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page in front of them."""
    with a_site(tmp_path_factory.mktemp("site"), lambda: open_stores(watched.home / "telemetry.db")) as running:
        yield running


def plot(page: Page, chart: str) -> Locator:
    return page.locator(f"{chart} .plot")


def point_at(page: Page, chart: str, part: float) -> None:
    """Move the mouse to a part of a chart's time, from the left."""
    plot(page, chart).scroll_into_view_if_needed()
    box = plot(page, chart).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)


def said(page: Page, chart: str) -> str:
    """What a screen reader is told of the time that was chosen."""
    return plot(page, chart).get_attribute("aria-valuetext") or ""


def test_pointing_at_a_time_shows_its_values_there_and_the_time_on_every_chart(charts: Site, look: Look) -> None:
    page = look(f"{charts.url}/metrics?since=5m")
    point_at(page, RATE, 0.5)
    tip = page.locator(f"{RATE} .tip").inner_text()
    assert "web" in tip
    assert "12/min" in tip
    assert "web 12/min" in said(page, RATE)
    shown = page.locator("[data-chart]").count()
    assert shown >= 3
    assert page.locator(".cursor").count() == shown
    assert page.locator(".tip").count() == 1
    page.mouse.move(5, 5)
    assert page.locator(".cursor, .tip, .knob").count() == 0


def test_arrows_go_through_the_times_and_enter_leads_to_a_request(charts: Site, look: Look) -> None:
    page = look(f"{charts.url}/metrics?since=5m")
    plot(page, P95).focus()
    page.keyboard.press("End")
    last = said(page, P95)
    page.keyboard.press("ArrowLeft")
    assert said(page, P95) != last
    page.keyboard.press("Home")
    assert plot(page, P95).get_attribute("aria-valuenow") == "0"
    for _ in range(90):
        if "Enter opens the trace of" in said(page, P95):
            break
        page.keyboard.press("ArrowRight")
    assert "web " in said(page, P95)
    page.keyboard.press("Enter")
    page.wait_for_url("**/trace/*")


def test_a_single_request_is_a_point_that_leads_to_its_trace(charts: Site, look: Look) -> None:
    page = look(f"{charts.url}/metrics?since=5m&service=web")
    point = page.locator("#c-services-p99 .plot a").last
    assert "web GET / " in (point.text_content() or "")
    point.click()
    page.wait_for_url("**/trace/*")
    assert "GET /" in page.locator("h1").first.inner_text()


def test_dragging_over_a_time_shows_that_time_alone_and_back(charts: Site, look: Look) -> None:
    page = look(f"{charts.url}/metrics?since=15m")
    point_at(page, RATE, 0.7)
    page.mouse.down()
    point_at(page, RATE, 0.95)
    assert page.locator(f"{RATE} .selected").is_visible()
    page.mouse.up()
    page.wait_for_url("**since=20*until=20*")
    asked = parse_qs(urlsplit(page.url).query)
    since, until = (datetime.fromisoformat(asked[name][0]) for name in ("since", "until"))
    assert abs((until - since).total_seconds() - 0.25 * 900) < 25
    assert f"{since:%H:%M:%S} – {until:%H:%M:%S}" in page.locator(".shown time").inner_text()
    assert page.locator("#fresh-charts").count() == 0
    page.get_by_role("link", name="to the present").click()
    page.wait_for_url("**since=15m*")


def test_so_does_shift_with_the_arrows(charts: Site, look: Look) -> None:
    page = look(f"{charts.url}/metrics?service=web&since=15m")
    plot(page, RATE).focus()
    page.keyboard.press("End")
    page.keyboard.press("Shift+PageDown")
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator(f"{RATE} .selected").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(f"{RATE} .selected").count() == 0
    page.keyboard.press("Shift+PageUp")
    page.keyboard.press("Shift+PageDown")
    page.keyboard.press("Shift+PageDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**until=20*")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["service"] == ["web"]
    assert asked["since"] < asked["until"]


def test_what_is_new_is_drawn_while_somebody_looks(charts: Site, watched: Watched, look: Look) -> None:
    page = look(f"{charts.url}/metrics?since=5m")
    before = page.locator(f"{RATE} path.line").first.get_attribute("d")
    step(watched)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_until(lambda: page.locator(f"{RATE} path.line").first.get_attribute("d") != before)
    point_at(page, RATE, 0.5)
    after = page.locator(f"{RATE} path.line").first.get_attribute("d")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    point_at(page, RATE, 0.6)
    assert page.locator(f"{RATE} path.line").first.get_attribute("d") == after, "nothing moves under the pointer"


def test_what_fires_is_told_with_what_to_do_and_what_was_sent(charts: Site, look: Look) -> None:
    page = look(f"{charts.url}/alerts?since=15m")
    web = page.locator("li.alert.critical.firing", has_text="web: ").first
    assert "✗" in web.locator(".sign").inner_text()
    assert "firing for" in web.inner_text()
    assert "phoenix-dev trace last-error" in (web.locator("pre").text_content() or "")
    lanes = page.locator("#c-alerts")
    assert "ServiceErrorRate critical · web" in (lanes.text_content() or "")
    assert lanes.locator("rect.state.firing.critical").count() >= 1
    plot(page, "#c-alerts").focus()
    page.keyboard.press("End")
    assert "ServiceErrorRate critical · web firing" in said(page, "#c-alerts")
    assert "firing" in page.locator("table.rules tr.firing").first.inner_text()


def test_a_script_in_a_label_never_runs(charts: Site, look: Look) -> None:
    """The fixture fails the test for any dialog, and for anything that the policy of the page had to stop."""
    page = look(f"{charts.url}/metrics?since=5m&service={quote(SCRIPT[:20])}")
    for path in ("/metrics?since=5m", "/alerts?since=15m"):
        page.goto(f"{charts.url}{path}")
        for chart in page.locator("[data-chart]").all():
            chart.locator(".plot").focus()
            page.keyboard.press("End")
        assert page.locator("script").count() == 2
        assert page.locator("[onerror], [onload], img[src='x']").count() == 0
        assert "<script>alert(1)</script>" in page.locator("#charts").inner_text()


def test_charts_are_legible_in_both_themes_no_wider_than_any_window_and_without_colour(
    charts: Site, look: Look
) -> None:
    page = look(f"{charts.url}/alerts?since=15m")
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for path in ("/alerts?since=15m", "/metrics?since=5m&service=web"):
        page.goto(f"{charts.url}{path}")
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            texts = page.evaluate(CONTRAST)["texts"]
            assert {text: ratio for text, ratio in texts.items() if ratio < 4.5} == {}, scheme  # WCAG 2.2, 1.4.3
        for width in (2560, 1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    drawn = "all => all.map(one => [getComputedStyle(one).strokeDasharray, getComputedStyle(one).strokeWidth].join())"
    kinds = page.locator("#c-services-p99 path.line").evaluate_all(drawn)
    assert len(set(kinds[:3])) == 3
    bounds = page.locator(f"{FAILED} text.bound").all_text_contents()
    assert bounds == ["warning 1 %", "critical 5 %"]
