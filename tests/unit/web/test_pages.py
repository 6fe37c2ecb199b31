"""What the pages say, without a browser."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.stores.logs import LogCapabilities
from phoenix_dev.stores.traces import TraceCapabilities
from phoenix_dev.web.markup import of_project
from tests import otlp
from tests.site import CORRELATION, ELSEWHERE, FAILED, a_site
from tests.unit.web.reading import shown, words

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.stores import Stores
    from tests.site import Site


def test_the_list_has_each_trace_with_its_failure(filled: Site) -> None:
    html = filled.get("/").text
    assert set(re.findall(r'<li id="t-([0-9a-f]{32})"', html)) == {FAILED, ELSEWHERE}, "they began in the same instant"
    text = words(html)
    assert "✗ failed api-gateway POST /api/process 1 s 3 spans · 3 services 4bf92f35" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("service=llm-service", {FAILED}),
        ("service=tool-service", {ELSEWHERE}),
        ("operation=search", {ELSEWHERE}),
        ("error=1", {FAILED}),
        ("min=900ms", {FAILED}),
        ("max=10ms", {ELSEWHERE}),
        ("attr=gen_ai.request.model%3Dphoenix-small", {FAILED}),
        ("attr=request_id%3Dreq-1&attr=http.route%3D/api", {FAILED}),
        (f"correlation={CORRELATION}", {FAILED, ELSEWHERE}),
        ("service=nobody", set()),
        ("since=2099-01-01T00:00:00", set()),
        ("since=all", {FAILED, ELSEWHERE}),
    ],
)
def test_the_list_is_filtered_by_its_address(filled: Site, query: str, found: set[str]) -> None:
    html = filled.get(f"/traces?{query}").text
    assert set(re.findall(r'<li id="t-([0-9a-f]{32})"', html)) == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/traces?min=soon", "min. duration is 'soon', but has to be a duration"),
        ("/traces?attr=nothing", "attribute is 'nothing', but has to be key=value"),
        ("/logs?level=LOUD", "level is 'LOUD', but has to be one of"),
        ("/services?since=yesterday", "since is 'yesterday', but has to be such as"),
    ],
)
def test_what_is_typed_wrong_is_said(filled: Site, path: str, said: str) -> None:
    assert said in shown(filled, path, 400)


def test_a_failed_request_says_its_cause_first(filled: Site) -> None:
    text = shown(filled, f"/trace/{FAILED}")
    cause = "llm-service · chat TimeoutError: upstream took longer than 900 ms llm.py:88 in complete"
    assert cause in text
    assert text.index(cause) < text.index("critical path") < text.index("request received")
    assert "✗ 1 error" in text
    assert f"correlation {CORRELATION}" in text
    assert "1 other trace of this request" in text


def test_logs_stand_under_their_spans(filled: Site) -> None:
    text = shown(filled, f"/trace/{FAILED}")
    text = text[text.index("critical path") :]
    chat = text.rindex("chat", 0, text.index("model timed out"))
    assert text.index("request received") < text.index("orchestrator process") < chat


def test_a_span_says_everything(filled: Site) -> None:
    text = shown(filled, f"/trace/{FAILED}/span/{3:016x}")
    for part in (
        "llm.TimeoutError: upstream took longer than 900 ms",
        "llm.py:88 in complete",
        "gen_ai.request.model phoenix-small",
        "model timed out",
        "service.name llm-service",
        f"Correlation {CORRELATION}",
        "exception.stacktrace",
    ):
        assert part in text
    assert text in shown(filled, f"/trace/{FAILED}?span={3:016x}")


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        (FAILED, f"/trace/{FAILED}"),
        (FAILED.upper(), f"/trace/{FAILED}"),
        (f"00-{FAILED}-{1:016x}-01", f"/trace/{FAILED}"),
        (f"{3:016x}", f"/trace/{FAILED}?span={3:016x}"),
        ("last-error", f"/trace/{FAILED}"),
    ],
)
def test_any_id_leads_to_its_trace(filled: Site, typed: str, leads_to: str) -> None:
    answer = filled.get(f"/find?q={typed}")
    assert (answer.status, answer.headers["location"]) == (303, leads_to)


@pytest.mark.parametrize("typed", [CORRELATION, "req-1", f"{CORRELATION}%20"])
def test_an_id_of_several_traces_shows_them_all(filled: Site, typed: str) -> None:
    html = filled.get(f"/find?q={typed}").text
    assert re.findall(r'data-trace="([0-9a-f]{32})"', html) == [FAILED, ELSEWHERE]


def test_an_id_that_only_logs_bear_shows_these(site: Site) -> None:
    site.send(otlp.logs("gateway", otlp.log("lonely line", correlation_id="lonely")))
    assert "lonely line" in shown(site, "/find?q=lonely")


def test_an_id_that_nothing_bears_says_what_to_run(filled: Site) -> None:
    text = shown(filled, "/find?q=nobody", 404)
    assert "No span and no log bears the ID 'nobody'" in text
    assert "phoenix-dev trace --wait 10 nobody" in text


@pytest.mark.parametrize("path", [f"/trace/{'9' * 32}", "/trace/no-id", f"/trace/{FAILED}/span/nobody", "/nowhere"])
def test_what_is_not_there_is_said(filled: Site, path: str) -> None:
    assert filled.get(path).status in (400, 404)


@pytest.mark.parametrize(
    ("query", "said"),
    [("", True), ("level=error", True), ("level=fatal", False), ("text=TIMED%20out", True), ("text=timed.out", False)],
)
def test_logs_are_filtered_by_level_and_text(filled: Site, query: str, said: bool) -> None:
    assert ("model timed out" in shown(filled, f"/logs?{query}")) is said


def test_a_log_leads_to_its_span(filled: Site) -> None:
    assert f'href="/trace/{FAILED}?span={3:016x}"' in filled.get("/logs?level=error").text


def test_services_have_their_figures(filled: Site) -> None:
    text = shown(filled, "/services")
    assert re.search(r"llm-service .{0,20}/(min|h) ✗ 100 % 900 ms 900 ms 900 ms 1 1 ", text), text
    assert re.search(r"tool-service .{0,20}/(min|h) 0 % 3 ms 3 ms 3 ms", text)


def test_the_map_shows_who_calls_whom(filled: Site) -> None:
    html = filled.get("/map").text
    titles = [unescape(one) for one in re.findall(r'<g class="edge[^"]*"><title>([^<]*)</title>', html)]
    assert titles == ["api-gateway → orchestrator: 1", "orchestrator → llm-service: 1 ✗ 100 %"]
    assert "Not connected in this time: tool-service" in words(html)


@pytest.mark.parametrize("path", ["/", "/logs", "/services", "/map"])
def test_where_nothing_has_arrived_it_says_what_to_run(site: Site, path: str) -> None:
    text = shown(site, path)
    assert "phoenix-dev demo" in text
    assert 'eval "$(phoenix-dev env)"' in text


@pytest.mark.parametrize(("project", "typed"), [("phoenix", ""), ("shop", " --project shop"), ("", "")])
def test_a_command_to_copy_is_about_the_stack_that_the_page_shows(project: str, typed: str) -> None:
    assert of_project("phoenix-dev trace 4bf9", project) == f"phoenix-dev{typed} trace 4bf9"
    assert of_project('eval "$(phoenix-dev env)"', project) == f'eval "$(phoenix-dev{typed} env)"'


def test_a_store_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    def closed() -> Stores:
        raise NotReady("the stack of project phoenix does not run", hint="phoenix-dev up")

    with a_site(tmp_path, closed) as site:
        for path in ("/", "/logs", "/services", f"/trace/{FAILED}"):
            text = shown(site, path, 503)
            assert "the stack of project phoenix does not run" in text
            assert "phoenix-dev up" in text


def test_what_a_store_cannot_do_is_said(filled: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from phoenix_dev.telemetry.logs import EmbeddedLogStore
    from phoenix_dev.telemetry.traces import EmbeddedTraceStore

    monkeypatch.setattr(EmbeddedTraceStore, "capabilities", TraceCapabilities())
    monkeypatch.setattr(EmbeddedLogStore, "capabilities", LogCapabilities())
    assert "one in ten of the requests in which all goes well is kept" in shown(filled, "/")
    assert "A minimum duration is compared with single spans here" in shown(filled, "/?min=1ms")
    assert "a key may have _ in place of a dot" in shown(filled, "/?attr=a%3Db")
    assert "Only traces of the last days or weeks" in shown(filled, "/?since=all")
    assert "Only logs of the last days or weeks" in shown(filled, "/logs?since=all")
    assert "_ in place of dots" in shown(filled, f"/trace/{FAILED}")
