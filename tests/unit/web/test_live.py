"""What arrives while somebody looks."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.web import live
from tests import otlp
from tests.site import a_site, events_of
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.stores import Stores
    from tests.site import Site


def tail_of(site: Site, query: str = "") -> str:
    """The address of the tail that the page of logs would follow."""
    html = site.get(f"/logs?{query}").text
    return html.partition('data-live="')[2].partition('"')[0].replace("&amp;", "&")


def send_log(site: Site, message: str, severity: int = 9) -> None:
    site.send(otlp.logs("gateway", otlp.log(message, time=time.time_ns(), severity=severity)))


def test_a_line_comes_as_it_arrives_and_none_is_lost_in_between(site: Site) -> None:
    send_log(site, "before the page")
    path = tail_of(site)
    send_log(site, "between the page and its tail")
    with site.asking(path) as response:
        records = events_of(response, "records")
        assert "between the page and its tail" in next(records)["rows"][0]
        send_log(site, "after both")
        assert "after both" in next(records)["rows"][0]


def test_what_does_not_pass_does_not_come(site: Site) -> None:
    with site.asking(tail_of(site, "level=warn&text=model")) as response:
        send_log(site, "the model is slow")
        send_log(site, "the disk fails", 17)
        send_log(site, "the model fails", 17)
        told = next(events_of(response, "records"))
        assert len(told["rows"]) == 1
        assert "the model fails" in told["rows"][0]


def test_after_a_break_it_goes_on_where_it_was(site: Site) -> None:
    path = tail_of(site)
    send_log(site, "first")
    with site.asking(path) as response:
        next(events_of(response, "records"))
        response.fp.readline()
    with site.asking(path) as response:
        line = ""
        while not line.startswith("id: "):
            line = response.readline().decode()
    send_log(site, "second")
    cursor = site.get("/logs").text.partition("after=")[2].partition('"')[0].replace("%3A", ":")
    send_log(site, "third")
    with site.asking(path, Last_Event_ID=cursor) as response:
        (row,) = next(events_of(response, "records"))["rows"]
        assert "third" in row


@pytest.mark.parametrize("cursor", ["", "x", "a:b", "a:1:2", "'; --:1", "a:" + "9" * 40])
def test_a_cursor_that_is_none_is_refused(site: Site, cursor: str) -> None:
    assert site.get(f"/logs/live?after={cursor.replace(' ', '%20')}").status == 400


def test_a_burst_is_told_and_not_sent(site: Site) -> None:
    with site.asking(tail_of(site)) as response:
        records = [otlp.log(f"line {number}", time=time.time_ns()) for number in range(1_000)]
        site.send(otlp.logs("gateway", *records))
        told = next(events_of(response, "records"))
        assert (len(told["rows"]), told["skipped"]) == (200, 800)


def test_a_trace_comes_as_it_arrives_and_again_when_it_has_grown(site: Site) -> None:
    trace, now = otlp.new_trace_id(), time.time_ns()
    with site.asking("/traces/live?service=gateway") as response:
        rows = events_of(response, "rows")
        site.send(otlp.traces("other", otlp.span(otlp.new_trace_id(), "GET /other", start=now)))
        site.send(otlp.traces("gateway", otlp.span(trace, "GET /", start=now)))
        (row,) = next(rows)
        assert row["id"] == trace
        site.send(otlp.traces("gateway", otlp.span(trace, "inside", start=now, error="broken")))
        (again,) = next(rows)
        assert again["id"] == trace
        assert again["version"] != row["version"]
        assert "✗" in again["html"]


def test_the_number_of_streams_is_bounded_and_they_end_with_their_readers(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 1)
    with site.asking("/traces/live") as response:
        response.readline()
        assert site.get("/traces/live").status == 503
        assert site.get("/").status == 200
    wait_until(lambda: site.server.streams.open == 0)


def test_who_does_not_read_is_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_PATIENCE_S", 0.2)
    path = tail_of(site)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", site.port))
        deaf.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode())
        wait_until(lambda: site.server.streams.open == 1)

        def left() -> bool:
            site.send(otlp.logs("g", *(otlp.log("x" * 9000, time=time.time_ns()) for _ in range(200))))
            return site.server.streams.open == 0

        wait_until(left, 20)


def test_a_store_that_went_away_is_said_and_the_stream_ends(tmp_path: Path) -> None:
    def closed() -> Stores:
        raise NotReady("the stack does not run", hint="phoenix-dev up")

    with a_site(tmp_path, closed) as site, site.asking("/traces/live") as response:
        assert next(events_of(response, "lost")) == "the stack does not run"
        assert response.read().strip() == b""


def test_a_stop_does_not_wait_for_those_who_follow(site: Site) -> None:
    with site.asking("/traces/live") as response:
        response.readline()
        began = time.monotonic()
        site.server.end()
        response.read()
        assert time.monotonic() - began < 10
