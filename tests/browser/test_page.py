"""The page as it is used: by keyboard, live, in light and dark, on a telephone, and with hostile telemetry in it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import pytest

from tests import otlp
from tests.site import CORRELATION, ELSEWHERE, FAILED
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Look
    from tests.site import Site

PATHS = (
    "/",
    "/logs",
    "/services",
    "/map",
    f"/trace/{FAILED}",
    f"/trace/{FAILED}?span={3:016x}",
    f"/find?q={CORRELATION}",
)
OUTLINED = "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>{{7*7}}\u202e"


def focused(page: Page) -> str:
    """The text of what has the focus."""
    return str(page.evaluate("document.activeElement.textContent")).strip()


def press_until(page: Page, key: str, said: str, most: int = 60) -> None:
    """Press a key until what has the focus says something."""
    for _ in range(most):
        page.keyboard.press(key)
        if said in " ".join(focused(page).split()):
            return
    raise AssertionError(f"{key} does not lead to '{said}'; the focus is on '{focused(page)}'")


def test_from_the_list_to_the_other_traces_of_a_request_by_keyboard_alone(site: Site, look: Look) -> None:
    page = look(f"{site.url}/")
    press_until(page, "j", "api-gateway POST /api/process")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/trace/{FAILED}")
    press_until(page, "ArrowDown", "chat")
    page.keyboard.press("Enter")
    wait_until(lambda: page.evaluate("document.activeElement.id === 'span-title'"))
    panel = page.locator("#panel")
    assert "model timed out" in panel.inner_text()
    assert "gen_ai.request.model" in panel.inner_text()
    press_until(page, "Tab", CORRELATION)
    page.keyboard.press("Enter")
    page.wait_for_url("**/find?q=*")
    shown = page.locator("[data-trace]").evaluate_all("all => all.map(one => one.dataset.trace)")
    assert shown == [FAILED, ELSEWHERE]


def test_escape_leads_back_to_the_row_it_came_from(site: Site, look: Look) -> None:
    page = look(f"{site.url}/")
    press_until(page, "j", "api-gateway POST /api/process")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/trace/{FAILED}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    wait_until(lambda: page.evaluate("document.activeElement.id === 'span-title'"))
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert "POST /api/process" in focused(page)
    page.keyboard.press("Escape")
    page.wait_for_url(f"{site.url}/")
    wait_until(lambda: page.evaluate(f"document.activeElement.getAttribute('href') === '/trace/{FAILED}'"))


def test_any_id_typed_after_a_slash_is_found(site: Site, look: Look) -> None:
    page = look(f"{site.url}/logs")
    page.keyboard.press("/")
    page.keyboard.type("last-error")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/trace/{FAILED}")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/map")


def test_everything_that_can_be_used_is_reached_by_tab_and_seen(site: Site, look: Look) -> None:
    page = look(f"{site.url}/trace/{FAILED}?span={3:016x}")
    usable = "a[href]:not([tabindex='-1']), button, input:not([type=hidden]), select, summary"
    expected = page.evaluate(f"[...document.querySelectorAll({usable!r})].filter(one => one.checkVisibility()).length")
    reached = set()
    for _ in range(expected + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(f"[...document.querySelectorAll({usable!r})].indexOf(document.activeElement)"))
        assert page.evaluate("document.activeElement.matches('body') || " + OUTLINED)
    assert len(reached - {-1}) == expected


def test_5000_spans_are_all_there(site: Site, look: Look) -> None:
    trace, now = otlp.new_trace_id(), time.time_ns()
    root = otlp.new_span_id()
    steps = [
        otlp.span(trace, f"step {number}", parent=root, start=now + number * 1000, ms=1) for number in range(4_999)
    ]
    site.send(otlp.traces("worker", otlp.span(trace, "batch", span_id=root, start=now, ms=60), *steps))
    page = look(f"{site.url}/trace/{trace}")
    assert page.locator(".r").count() == 300
    page.get_by_text("Show every span").click()
    page.wait_for_url("**expand=1")
    assert page.locator(".r").count() == 5_000
    page.keyboard.press("k")
    assert "step 4998" in focused(page)


def test_a_script_in_telemetry_never_runs(site: Site, look: Look) -> None:
    """The fixture fails the test for any dialog, and for anything that the policy of the page had to stop."""
    trace, now = otlp.new_trace_id(), time.time_ns()
    borne = {"correlation_id": SCRIPT, SCRIPT: SCRIPT}
    span = otlp.span(trace, SCRIPT, span_id="b" * 16, start=now, attributes=borne, error=SCRIPT)
    span.events.add(name=SCRIPT, time_unix_nano=now).attributes.extend(otlp.pairs(borne))
    page = look(f"{site.url}/logs")
    site.send(
        otlp.traces(SCRIPT, span), otlp.logs(SCRIPT, otlp.log(SCRIPT, trace_id=trace, span_id="b" * 16, time=now))
    )
    page.locator("#rows").get_by_text("<script>alert(1)</script>").first.wait_for()  # came by the stream
    page.goto(f"{site.url}/trace/{trace}")
    page.locator(".r a").first.click()
    page.locator("#span-title").wait_for()  # came by fetch
    assert "<img src=x onerror=alert(1)>" in page.locator("#panel").inner_text()
    assert "\\u202e" in page.locator("#panel").inner_text()
    for path in ("/", "/services", "/map", f"/trace/{trace}?span=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"):
        page.goto(f"{site.url}{path}")
        assert page.locator("script").count() == 1
        assert page.locator("[onerror], [onload], img[src='x']").count() == 0


def test_a_line_sent_after_the_page_was_opened_is_shown(site: Site, look: Look) -> None:
    page = look(f"{site.url}/logs?level=warn")
    page.locator("#live[data-state=on]").wait_for()
    now = time.time_ns()
    site.send(
        otlp.logs(
            "gateway", otlp.log("all is well", time=now), otlp.log("the disk is nearly full", time=now, severity=13)
        )
    )
    page.get_by_text("the disk is nearly full").wait_for()
    assert page.get_by_text("all is well").count() == 0


def test_a_new_trace_comes_to_the_top_and_waits_while_somebody_chooses(site: Site, look: Look) -> None:
    page = look(f"{site.url}/")
    page.locator("#live[data-state=on]").wait_for()
    site.send(otlp.traces("gateway", otlp.span(otlp.new_trace_id(), "GET /first", start=time.time_ns())))
    page.get_by_text("GET /first").wait_for()
    assert "GET /first" in page.locator("#rows li").first.inner_text()
    page.keyboard.press("j")
    site.send(otlp.traces("gateway", otlp.span(otlp.new_trace_id(), "GET /second", start=time.time_ns())))
    page.get_by_text("1 new").wait_for()
    assert "GET /first" in page.locator("#rows li").first.inner_text()
    page.get_by_text("1 new").click()
    assert "GET /second" in page.locator("#rows li").first.inner_text()


def test_what_comes_to_an_open_request_is_told_and_shown_when_wanted(site: Site, look: Look) -> None:
    page = look(f"{site.url}/trace/{FAILED}")
    late = otlp.span(FAILED, "late work", parent=f"{1:016x}", start=time.time_ns() - 4 * otlp.SECOND)
    site.send(otlp.traces("api-gateway", late))
    page.get_by_text("1 more span ↻").click()
    page.get_by_text("late work").wait_for()
    assert page.locator("#more").is_hidden()


def test_filters_make_an_address_that_can_be_shared(site: Site, look: Look) -> None:
    page = look(f"{site.url}/")
    page.get_by_label("Service").fill("llm-service")
    page.get_by_label("Failed only").check()
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**/traces?*")
    assert page.url == f"{site.url}/traces?service=llm-service&since=1h&error=1"
    assert page.locator("#rows li").count() == 1
    assert page.get_by_label("Service").input_value() == "llm-service"


def test_ids_and_commands_can_be_copied(site: Site, look: Look) -> None:
    page = look(f"{site.url}/trace/{FAILED}", permissions=["clipboard-read", "clipboard-write"])
    for name, text in (("Copy the trace ID", FAILED), ("Copy the command", f"phoenix-dev trace {FAILED}")):
        page.get_by_role("button", name=name).click()
        page.locator(f".copy.done[title='{name}']").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == text


@pytest.mark.parametrize("width", [360, 2560])
def test_no_page_is_wider_than_the_window(site: Site, look: Look, width: int) -> None:
    page = look(f"{site.url}/", width=width)
    for path in PATHS:
        page.goto(f"{site.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_it_is_light_or_dark_as_the_system_is_and_legible_in_both(site: Site, look: Look) -> None:
    page = look(f"{site.url}/trace/{FAILED}")
    shades = {}
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        shades[scheme] = page.evaluate(CONTRAST)
    assert shades["light"]["page"] > 0.8
    assert shades["dark"]["page"] < 0.1
    for scheme, found in shades.items():
        assert {text: ratio for text, ratio in found["texts"].items() if ratio < 4.5} == {}, scheme  # WCAG 2.2, 1.4.3


#: The luminance of the page, and for the kinds of text on it their contrast with what is behind (WCAG 2.2).
CONTRAST = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const texts = {}, kinds = "h1, p, b, strong, em, code, time, a, dt, dd, .quiet, .service, .l, .t, .pair, .n > span";
  for (const one of document.querySelectorAll(kinds)) {
    if (!one.checkVisibility() || !one.textContent.trim()) continue;
    const [a, b] = [light(rgba(getComputedStyle(one).color)), light(behind(one))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    texts[`${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 20)}`] = Math.round(ratio * 100) / 100;
  }
  return {page: light(rgba(getComputedStyle(document.body).backgroundColor)), texts};
}
"""


def test_nothing_is_told_by_colour_alone(site: Site, look: Look) -> None:
    page = look(f"{site.url}/")
    assert "✗" in page.locator("a.trace.failed").inner_text()
    page.goto(f"{site.url}/trace/{FAILED}")
    assert "✗" in page.locator(".r.bad").inner_text()
    assert "ERROR" in page.locator(".n.v-error").inner_text()
    page.goto(f"{site.url}/logs")
    assert "✗ ERROR" in page.locator(".log.v-error").inner_text()
    page.goto(f"{site.url}/services")
    assert "✗" in page.locator("td.bad").first.inner_text()
    page.goto(f"{site.url}/map")
    assert "✗" in (page.locator(".edge.bad").first.text_content() or "")
