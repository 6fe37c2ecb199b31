"""The setting `checks`: what a check is, and what is said about a wrong one."""

from __future__ import annotations

import pytest

from phoenix_dev.settings import CheckEntry, load
from tests.unit.settings.written import complaint, write

SECOND = 10**9


def test_a_check_is_read_with_what_is_not_said_of_it() -> None:
    write("services: [{name: api, url: 'http://localhost:8001/'}]\nchecks:\n- {name: front page, service: api}\n")
    (check,) = load({}).checks
    assert check == CheckEntry(
        name="front page",
        service="api",
        url="http://localhost:8001",
        path="",
        method="GET",
        headers=(),
        body="",
        expect_status=("2xx",),
        expect_body="",
        max_duration_ns=5 * SECOND,
        interval_ns=15 * SECOND,
    )


def test_all_that_can_be_said_of_a_check() -> None:
    write(
        """
checks:
- name: search
  url: http://localhost:8001/api/
  path: /search?q=a%20b
  headers: {Authorization: Bearer $abc, x-empty: ''}
  body: '{"q": 1}'
  expect_status: [200, 4xx]
  expect_body: found
  max_duration: 500ms
  interval: 1m
- {name: b, url: 'http://[::1]:8002/?a=b', method: head, expect_status: '204, 404'}
"""
    )
    first, second = load({}).checks
    assert (first.url, first.method) == ("http://localhost:8001/api/search?q=a%20b", "POST")
    assert first.headers == (("Authorization", "Bearer $abc"), ("x-empty", ""))
    assert (first.body, first.expect_body, first.expect_status) == ('{"q": 1}', "found", ("200", "4xx"))
    assert (first.max_duration_ns, first.interval_ns) == (SECOND // 2, 60 * SECOND)
    assert (second.url, second.method, second.expect_status) == ("http://[::1]:8002/?a=b", "HEAD", ("204", "404"))


def test_a_service_may_be_named_by_another_source(monkeypatch: pytest.MonkeyPatch) -> None:
    write("checks: [{name: a, service: api, path: /x}]")
    monkeypatch.setenv("PHOENIX_DEV_SERVICES", "[{name: api, url: http://b/base}]")
    assert load({}).checks[0].url == "http://b/base/x"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("checks:\n- a", ":2 lists under 'checks' what is no check: each has a 'name'"),
        ("checks:\n- {name: a}", ":2 lists a check that needs either a 'service' of the list 'services' or a 'url'"),
        ("checks:\n- {name: a, url: http://b, service: c}", ":2 lists a check that needs either"),
        ("checks:\n- {name: a, url: http://b}\n- {name: a, url: http://c}", ":2 sets 'checks' with two checks of"),
        (
            "checks:\n- name: a\n  url: http://b\n  expect: 1",
            ":4 sets 'expect' of a check, which is no setting; the near",
        ),
        ("checks:\n- name: a\n  url: http://u:p@b", ":3 sets 'url' of a check to 'http://u:p@b', but it has to be as"),
        ("checks:\n- name: a\n  url: http://b#c", ":3 sets 'url' of a check"),
        (
            "checks:\n- name: a\n  url: http://b\n  path: x",
            ":4 sets 'path' of a check to 'x', but it has to be as /path",
        ),
        ("checks:\n- name: a\n  url: http://b\n  method: G T", ":4 sets 'method' of a check to 'G T', but"),
        ("checks:\n- name: a\n  url: http://b\n  headers: x", ":4 sets 'headers' to no headers"),
        ('checks:\n- name: a\n  url: http://b\n  headers: {x: "a\\nb"}', ":4 sets a header 'x' of a check that HTTP"),
        ("checks:\n- name: a\n  url: http://b\n  headers: {'a b': c}", ":4 sets a header 'a b' of a check that HTTP"),
        ("checks:\n- name: a\n  url: http://b\n  expect_status: ok", ":4 sets 'expect_status' of a check to 'ok', but"),
        ("checks:\n- name: a\n  url: http://b\n  expect_status: []", ":4 sets 'expect_status' of a check to ''"),
        (
            "checks:\n- name: a\n  url: http://b\n  max_duration: 2h",
            ":4 sets 'max_duration' of a check to '2h', but it",
        ),
        ("checks:\n- name: a\n  url: http://b\n  interval: 5m", ":4 sets 'interval' of a check to '5m', but it has to"),
        ("checks:\n- name: a\n  url: http://b\n  interval: 100ms", "from 1s to 4m, as in 500ms, 15s or 2m"),
        (
            'checks:\n- {name: "a\\nb", url: http://b}',
            ":2 sets 'name' of a check to 'a\nb', but it has to be printable",
        ),
        (
            "services: [{name: orders, url: http://b}]\nchecks: [{name: a, service: order}]",
            ":2 has a check 'a' of the service 'order', which 'services' does not list; the nearest is 'orders'",
        ),
    ],
)
def test_a_wrong_check_is_named_with_its_line(text: str, what: str) -> None:
    path = write(text)
    assert what in complaint()
    assert str(path) in complaint()


def test_a_wrong_check_in_a_variable_is_shown_how_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_DEV_CHECKS", "a, b")
    assert "as in [{name: front page, url: http://localhost:8001/}]" in complaint()
