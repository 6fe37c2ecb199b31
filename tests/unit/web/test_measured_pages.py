"""`/metrics` and `/alerts`: which time is shown, what is told of a wrong one, and what is typed stays a name."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from starlette.datastructures import QueryParams

from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.web.form import Form
from phoenix_dev.web.metrics import Range, range_of
from tests import otlp
from tests.contract.hostile import HOSTILE_IDS, shortly
from tests.site import a_site
from tests.unit.watching.conftest import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.site import Site

NOW = otlp.NOON
MINUTE = 60 * otlp.SECOND


def asked(**typed: str) -> Range:
    return range_of(Form(QueryParams(typed)), NOW)


def minutes(found: Range) -> tuple[float, float]:
    """How long ago it began and ended."""
    return (NOW - found.since_ns) / MINUTE, (NOW - found.until_ns) / MINUTE


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page in front of a service that was measured for a minute."""
    watched = Watched(tmp_path_factory.mktemp("watched"))
    watched.now_ms -= 60_000
    for _ in range(4):
        watched.keep(otlp.traces("web", otlp.span(otlp.new_trace_id(), "GET /", start=watched.now_ms * 10**6, kind=2)))
        watched.evaluate(15_000)
    with a_site(tmp_path_factory.mktemp("site"), lambda: open_stores(watched.home / "telemetry.db")) as running:
        yield running
    watched.close()


def test_a_window_ends_now_and_goes_on() -> None:
    assert minutes(Range(NOW - 15 * MINUTE, NOW, True, "15m")) == (15, 0)
    found = range_of(Form(QueryParams({})), 2 * NOW)  # the clock of `since` is the machine's
    assert (found.live, found.typed, found.until_ns) == (True, "15m", 2 * NOW)


@pytest.mark.parametrize(
    ("typed", "began", "ended"),
    [
        ({"since": "2026-01-02T02:34:05Z", "until": "2026-01-02T02:44:05Z"}, 30, 20),
        ({"since": "2026-01-02T02:34:05Z"}, 30, 0),
        ({"since": "2026-01-02T02:34:05Z", "until": "2099-01-01T00:00:00Z"}, 30, 0),
        ({"since": "2026-01-02T02:44:05Z", "until": "2026-01-02T02:34:05Z"}, 30.5, 30),
        ({"since": "1970-01-01T00:00:00Z", "until": "2026-01-02T02:34:05Z"}, 30 * 1440 + 30, 30),
    ],
)
def test_a_time_that_is_past_is_held_to_what_can_be_drawn(typed: dict[str, str], began: float, ended: float) -> None:
    found = asked(**typed)
    assert minutes(found) == (began, ended)
    assert not found.live
    assert found.every_s == 0


def test_from_a_time_one_goes_on_by_parts_of_it() -> None:
    found = asked(since="2026-01-02T02:34:05Z", until="2026-01-02T02:44:05Z")
    assert found.moved(-0.5) == {"since": "2026-01-02T02:29:05.000Z", "until": "2026-01-02T02:39:05.000Z"}
    assert found.moved(0, 2.0) == {"since": "2026-01-02T02:29:05.000Z", "until": "2026-01-02T02:49:05.000Z"}
    assert found.words == "2026-01-02 02:34:05 – 02:44:05, 10m 00s"


def test_what_is_live_is_asked_for_as_often_as_it_changes() -> None:
    spans = (5 * MINUTE, 60 * MINUTE, 600 * MINUTE, 10_000 * MINUTE)
    assert [Range(NOW - span, NOW, True, "").every_s for span in spans] == [5, 15, 60, 300]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/metrics?since=yesterday", "since is 'yesterday', but has to be such as"),
        ("/metrics?since=2026-01-02T02:34:05&until=later", "until is 'later', but has to be such as"),
        ("/alerts?since=-1", "since is '-1'"),
    ],
)
def test_a_wrong_time_is_told_and_the_usual_one_shown(measured: Site, path: str, told: str) -> None:
    answer = measured.get(path)
    assert answer.status == 400
    assert told in unescape(answer.text)
    assert 'aria-current="true"' in answer.text


def test_a_chart_stands_there_without_any_script(measured: Site) -> None:
    text = unescape(measured.get("/metrics?since=5m&service=web").text)
    assert '<path class="line' in text
    assert "GET /" in text
    assert 'href="/trace/' in text
    fragment = measured.get("/metrics/charts?since=5m&service=web").text
    assert fragment.lstrip().startswith(("<p", "<ul"))


@pytest.mark.parametrize("typed", HOSTILE_IDS, ids=shortly)
def test_nothing_that_is_typed_is_more_than_a_name(measured: Site, typed: str) -> None:
    answer = measured.get(f"/metrics?service={quote(typed.encode('utf-8', 'replace'))}")
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    assert all(char.isprintable() or char == "\n" for char in answer.text)


def test_where_nothing_is_measured_yet_it_is_told_what_to_run(filled: Site) -> None:
    answer = filled.get("/metrics?service=web")
    assert answer.status == 200
    assert "Nothing was measured of web in this time" in answer.text
    assert "phoenix-dev demo" in answer.text
    alerts = filled.get("/alerts")
    assert alerts.status == 503
    assert "no series are kept yet" in alerts.text
