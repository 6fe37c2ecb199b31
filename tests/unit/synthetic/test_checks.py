"""A check: what it asks, what it says of the answer, and what becomes of that in both runtimes."""

from __future__ import annotations

import json
import stat
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

from phoenix_dev.model.otlp import points_of
from phoenix_dev.synthetic.ask import ask_check, ask_checks
from phoenix_dev.synthetic.check import Check, read_checks, write_checks
from phoenix_dev.synthetic.collector import collector_config
from phoenix_dev.synthetic.measured import measured
from tests.answering import Answering, Says, answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.model.metric import MetricPoint

MS = 10**6


@pytest.fixture
def service() -> Iterator[Answering]:
    with answering({"/": Says(body="héllo world".encode())}) as running:
        yield running


@pytest.fixture
def check(service: Answering) -> Check:
    return Check("front page", "api", f"{service.url}/?token=secret", contains="héllo", max_duration_ns=2000 * MS)


def test_what_is_asked_is_what_was_written(check: Check, service: Answering) -> None:
    posted = replace(check, method="POST", headers=(("x-a", "b"), ("User-Agent", "me")), body='{"q": "ü"}')
    found = ask_check(posted)
    (asked,) = service.asked
    assert (asked.method, asked.path, asked.body.decode()) == ("POST", "/?token=secret", '{"q": "ü"}')
    assert (asked.headers["x-a"], asked.headers["user-agent"]) == ("b", "me")
    assert (found.healthy, found.status, found.body) == (True, 200, "")
    assert (found.name, found.service, found.method, found.url) == ("front page", "api", "POST", f"{service.url}/")


@pytest.mark.parametrize(
    ("says", "fields", "trouble"),
    [
        (Says(404, b"h\xc3\xa9llo"), {}, "answered 404, expected 2xx"),
        (Says(404, b"h\xc3\xa9llo"), {"statuses": ("200", "4xx")}, ""),
        (Says(200, b"hello"), {}, "its body lacks 'héllo'"),
        (Says(500, b"hello"), {}, "answered 500, expected 2xx; its body lacks 'héllo'"),
        (Says(200, b"hello"), {"contains": ""}, ""),
        (Says(hold=True), {"max_duration_ns": 300 * MS}, "did not answer within 0.3 s"),
        (Says(302, headers={"location": "/else"}), {}, "answered 404, expected 2xx; its body lacks 'héllo'"),
        (Says(302, headers={"location": "/"}), {}, "sends on more than 10 times"),
        (Says(302, headers={"location": "file:///etc/passwd"}), {}, "sends on to what is no address of HTTP"),
        (Says(302), {"statuses": ("302",), "contains": ""}, ""),
    ],
)
def test_what_is_not_as_expected_is_told(
    check: Check, service: Answering, says: Says, fields: dict[str, Any], trouble: str
) -> None:
    service.says["/"] = says
    began = time.monotonic()
    assert ask_check(replace(check, **fields)).trouble.startswith(trouble)
    assert bool(ask_check(replace(check, **fields)).trouble) == bool(trouble)
    assert time.monotonic() - began < 10


def test_a_redirection_is_followed_without_secrets_for_another_host(check: Check, service: Answering) -> None:
    moved = service.url.replace("127.0.0.1", "localhost")
    service.says |= {"/": Says(303, headers={"location": f"{moved}/b"}), "/b": Says(body="héllo".encode())}
    found = ask_check(replace(check, method="POST", body="x", headers=(("Authorization", "Bearer a"), ("x-a", "b"))))
    assert (found.healthy, found.status) == (True, 200)
    first, second = service.asked
    assert (first.method, first.headers["authorization"]) == ("POST", "Bearer a")
    assert (second.method, second.body, "authorization" in second.headers, second.headers["x-a"]) == (
        "GET", b"", False, "b"
    )  # fmt: skip


def test_nobody_listens_and_all_are_asked_at_once(check: Check) -> None:
    found = ask_checks([replace(check, url="http://127.0.0.1:1/"), check])
    assert [(one.status, one.trouble) for one in found] == [(0, "nothing listens there"), (200, "")]
    assert ask_checks([]) == ()


def points(check: Check) -> list[MetricPoint]:
    return list(points_of(MetricsData.FromString(measured(check, ask_check(check), 5))))


def by_name(found: list[MetricPoint], name: str) -> list[tuple[float, dict[str, Any]]]:
    return [(one.value, dict(one.attributes)) for one in found if one.name == name]


def test_what_it_got_is_measured_under_the_names_of_the_receiver(check: Check, service: Answering) -> None:
    found = points(check)
    assert {(one.service, one.time_ns) for one in found} == {("api", 5)}
    whose = {"check": "front page", "http.url": f"{service.url}/"}
    assert [attributes for _, attributes in by_name(found, "httpcheck.duration")] == [whose]
    asked = {**whose, "http.method": "GET"}
    assert by_name(found, "httpcheck.status") == [
        (0, {**asked, "http.status_class": "1xx"}),
        (1, {**asked, "http.status_class": "2xx", "http.status_code": 200}),
        *((0, {**asked, "http.status_class": f"{one}xx"}) for one in (3, 4, 5)),
    ]
    assert by_name(found, "phoenix.check.status") == [
        (1, {"check": "front page", "expectation": "answer"}),
        (1, {"check": "front page", "expectation": "body"}),
    ]
    assert by_name(found, "httpcheck.error") == []


def test_what_did_not_answer_is_measured_too(check: Check) -> None:
    found = points(replace(check, url="http://127.0.0.1:1/x", service=""))
    assert {one.service for one in found} == {"infrastructure"}
    assert by_name(found, "httpcheck.error") == [(1, {"check": "front page", "http.url": "http://127.0.0.1:1/x"})]
    assert {value for value, _ in by_name(found, "httpcheck.status")} == {0}
    expected = [(value, attributes["expectation"]) for value, attributes in by_name(found, "phoenix.check.status")]
    assert expected == [(0, "answer"), (0, "body")]


def test_checks_are_put_down_for_their_user_alone(check: Check, tmp_path: Path) -> None:
    checks = (check, replace(check, name="b", headers=(("authorization", "Bearer $x"),), statuses=("200", "4xx")))
    assert read_checks(tmp_path) == ()
    write_checks(tmp_path, checks)
    assert read_checks(tmp_path) == checks
    assert stat.S_IMODE((tmp_path / "checks.json").stat().st_mode) == 0o600
    (tmp_path / "checks.json").write_text('[{"name": 1}]')
    assert read_checks(tmp_path) == ()
    write_checks(tmp_path, ())
    assert not (tmp_path / "checks.json").exists()


def test_the_collector_is_told_the_same(check: Check) -> None:
    posted = replace(
        check, name='a "b" $c', method="POST", body="$x", headers=(("x-a", "${env:HOME}"),), statuses=("204", "4xx")
    )
    text = collector_config([check, posted], [("api", "http://localhost:1/base")]).decode()
    found = json.loads(text)
    assert list(found["service"]["pipelines"]) == ["metrics/check_1", "metrics/check_2", "metrics/health_1"]
    (target,) = found["receivers"]["httpcheck/check_2"]["targets"]
    assert (target["method"], target["body"], target["headers"]) == ("POST", "$$x", {"x-a": "$${env:HOME}"})
    assert (target["timeout"], target["validations"]) == ("2000000000ns", [{"contains": "héllo"}])
    (points,) = (
        one["statements"]
        for one in found["processors"]["transform/check_2"]["metric_statements"]
        if one["context"] == "datapoint"
    )
    assert r'set(datapoint.attributes["check"], "a \"b\" $$c")' in points
    assert any('.status_code"] == 204 or (' in one and "< 500)" in one for one in points)
    asked = [one["endpoint"] for one in found["receivers"]["httpcheck/health_1"]["targets"]]
    assert asked[0] == "http://localhost:1/base/health/liveness"
    assert len(asked) == 4
