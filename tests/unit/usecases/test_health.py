"""The health of services: what they say at their four endpoints, and how that is shown."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.scraping.targets import Target
from phoenix_dev.usecases.health import ask_health
from tests.answering import Answering, Says, answering
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Invoke
    from tests.running import CommandLine

WELL = {
    "/health/liveness": Says(body=b"ok"),
    "/health/readiness": Says(body=b"ok"),
    "/health/metrics": Says(body=b"# TYPE a counter\na_total 1\n"),
    "/health/dependencies": Says(body=b'{"dependencies": [{"name": "db", "status": "up", "latency_ms": 1}]}'),
}


@pytest.fixture
def service() -> Iterator[Answering]:
    with answering(WELL) as running:
        yield running


def troubles(service: Answering) -> dict[str, str]:
    (found,) = ask_health([Target("api", service.url)], timeout_s=0.5)
    return {one.name: one.trouble for one in found.endpoints if one.trouble}


def test_a_service_that_answers_everywhere_is_healthy(service: Answering) -> None:
    (found,) = ask_health([Target("api", service.url)])
    assert found.healthy
    assert [(one.name, one.status) for one in found.endpoints] == [
        ("liveness", 200), ("readiness", 200), ("metrics", 200), ("dependencies", 200)
    ]  # fmt: skip
    assert all(one.duration_ns > 0 for one in found.endpoints)


@pytest.mark.parametrize(
    ("endpoint", "says", "trouble"),
    [
        ("liveness", Says(500), "answered 500"),
        ("readiness", Says(503), "answered 503"),
        ("readiness", Says(hold=True), "did not answer within 0.5 s"),
        ("metrics", Says(404), "there is no such endpoint"),
        ("metrics", Says(body=b"<html>"), "is not in Prometheus' text format: "),
        ("metrics", Says(body=b"a 1\n", content_type="application/openmetrics-text; version=1.0.0"), "is not in Open"),
        ("dependencies", Says(302), "answered 302"),
        ("dependencies", Says(body=b'{"dependencies": [{"name": "db", "status": "DOWN"}]}'), "db down"),
        ("dependencies", Says(503, b'{"dependencies": {"db": {"status": "down", "error": "no"}}}'), "db down (no)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_of_the_endpoint(service: Answering, endpoint: str, says: Says, trouble: str) -> None:
    service.says[f"/health/{endpoint}"] = says
    found = troubles(service)
    assert list(found) == [endpoint]
    assert found[endpoint].startswith(trouble)


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b'{"dependencies": 3}', b'{"dependencies": [3]}', b"[" * 100_000])
def test_dependencies_in_any_form_do_no_harm(service: Answering, body: bytes) -> None:
    service.says["/health/dependencies"] = Says(body=body)
    assert troubles(service) == {}


def test_all_are_asked_at_once() -> None:
    with answering({f"/health/{name}": Says(hold=True) for name in ("liveness", "readiness")}) as silent:
        began = time.monotonic()
        found = ask_health([Target(f"s{number}", silent.url) for number in range(24)], timeout_s=0.5)
        assert time.monotonic() - began < 6
    assert not any(one.healthy for one in found)


def test_the_command_shows_a_line_a_service_and_ends_with_4_when_one_is_ill(service: Answering, invoke: Invoke) -> None:
    entries = "\n".join(
        f"- {{name: {name}, url: '{service.url}{path}'}}" for name, path in {"api": "", "b": "/b/"}.items()
    )
    Path("phoenix-dev.yaml").write_text(f"services:\n{entries}\n")
    ran = invoke("health")
    assert ran.exit_code == 4
    assert [line[:5] for line in ran.stdout.splitlines()[1:3]] == ["✓ api", "✗ b  "]
    assert re.search(r"liveness, readiness, metrics, dependencies: there is no such endpoint", ran.stdout)
    assert "b is not healthy" in ran.stderr
    said = json.loads(invoke("health", "--json").stdout)
    assert (said["healthy"], [one["healthy"] for one in said["services"]]) == (False, [True, False])
    assert said["services"][1]["endpoints"][0]["status"] == 404
    Path("phoenix-dev.yaml").write_text(f"services:\n- {{name: api, url: '{service.url}'}}\n")
    assert invoke("health").exit_code == 0


def test_what_a_service_says_does_not_reach_the_terminal_raw(service: Answering, invoke: Invoke) -> None:
    hostile = json.dumps({"dependencies": [{"name": "\x1b[31mdb", "status": "down", "detail": "a\nb"}]})
    service.says["/health/dependencies"] = Says(body=hostile.encode())
    Path("phoenix-dev.yaml").write_text(f"services:\n- {{name: api, url: '{service.url}'}}\n")
    ran = invoke("health")
    assert "\\x1b[31mdb down (a\\nb)" in ran.stdout
    assert "\x1b" not in ran.output


def test_without_a_service_the_key_is_explained(invoke: Invoke) -> None:
    ran = invoke("health")
    assert ran.exit_code == 3
    assert "services: [{name: orchestrator, url: http://localhost:8001}]" in ran.stderr
    assert "phoenix-dev demo start" in ran.stderr


def test_watching_asks_again_and_again_and_ends_by_ctrl_c(service: Answering, run_cli: CommandLine) -> None:
    Path("phoenix-dev.yaml").write_text(f"services:\n- {{name: api, url: '{service.url}'}}\n")
    with run_cli.start("health", "--watch", "--json") as watching:
        lines = watching.stdout
        assert lines is not None
        assert json.loads(lines.readline())["healthy"] is True
        service.says["/health/liveness"] = Says(500)
        wait_until(lambda: json.loads(lines.readline())["healthy"] is False, 20)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(20) == 130


def test_checks_are_asked_too_and_shown_below_the_services(service: Answering, invoke: Invoke) -> None:
    checks = [
        f"- {{name: front page, url: '{service.url}/health/liveness', expect_body: ok}}",
        "- {name: search, service: api, path: /search, method: POST, expect_status: 200}",
    ]
    Path("phoenix-dev.yaml").write_text(
        f"services:\n- {{name: api, url: '{service.url}'}}\nchecks:\n" + "\n".join(checks) + "\n"
    )
    ran = invoke("health")
    assert ran.exit_code == 4
    assert "search is not healthy" in ran.stderr
    shown = ran.stdout.splitlines()
    assert re.fullmatch(r"✓ front page +200 [0-9.]+ [mµ]s +GET http://127.0.0.1:[0-9]+/health/liveness", shown[3])
    assert re.fullmatch(r"✗ search +404 .+ POST http://127.0.0.1:[0-9]+/search", shown[4])
    assert shown[5:] == ["    answered 404, expected 200"]
    said = json.loads(invoke("health", "--json").stdout)
    assert [(one["name"], one["service"], one["healthy"], one["status"]) for one in said["checks"]] == [
        ("front page", "", True, 200), ("search", "api", False, 404)
    ]  # fmt: skip
    assert said["checks"][1]["reason"] == "answered 404, expected 200"
    Path("phoenix-dev.yaml").write_text(f"checks:\n{checks[0]}\n")
    alone = invoke("health")
    assert (alone.exit_code, len(alone.stdout.splitlines())) == (0, 2)
