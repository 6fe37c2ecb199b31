"""`request` against the demo system and a service that knows nothing of telemetry, on the embedded engine."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.answering import Says, answering
from tests.stack import running_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    from tests.answering import Answering
    from tests.conftest import Invoke
    from tests.stack import RunningStack

QUESTION = json.dumps({"question": "How do I export 90 days of orders as a table?"})
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningStack, str]]:
    """A stack that runs, and the URL of the demo's first service."""
    with running_stack(tmp_path_factory.mktemp("request")) as running, ExitStack() as at_the_end:
        at_the_end.callback(running.run, "demo", "stop")
        lines = running.run("demo", "start").stdout.splitlines()
        yield running, next(line.split()[1] for line in lines if line.startswith("api-gateway"))


@pytest.fixture
def ask(demo: tuple[RunningStack, str], invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`phoenix-dev request` of that stack."""
    monkeypatch.setenv("PHOENIX_DEV_HOME", str(demo[0].home))
    return lambda *args, **given: invoke("request", *args, **given)


@pytest.fixture
def process(demo: tuple[RunningStack, str]) -> str:
    return f"{demo[1]}/api/process"


@pytest.fixture
def mute() -> Iterator[Answering]:
    """A service without any telemetry."""
    with answering({"/": Says(body=b"hello")}) as service:
        yield service


def test_a_request_shows_its_answer_and_its_way_through_the_services(ask: Callable[..., Result], process: str) -> None:
    ran = ask("POST", process, "-d", QUESTION)
    assert ran.exit_code == 0, ran.output
    first = ran.stdout.splitlines()[0]
    assert first.startswith("200 OK  ")
    assert first.endswith(f"POST {process}"[-20:])
    assert "request completed" in ran.stdout
    assert "not received" not in ran.stdout, "the parent of the first service's span is the request itself"
    rows = [line.split()[0] for line in ran.stdout.splitlines() if "POST /api/process " in line and "█" in line]
    assert rows == ["phoenix-dev", "api-gateway"]


def test_json_has_the_ids_the_answer_and_the_trace_that_any_of_them_leads_to(
    ask: Callable[..., Result], process: str, demo: tuple[RunningStack, str]
) -> None:
    said = json.loads(ask("POST", process, "-d", QUESTION, "--json", "--expect-status", "2xx").stdout)
    request, response = said["request"], said["response"]
    assert (response["status"], json.loads(response["body"])["trace_ids"]) == (200, [request["trace_id"]])
    assert said["expectations"] == [{"expected": "status 2xx", "met": True, "found": "the status is 200"}]
    (trace,) = said["traces"]
    assert (trace["trace_id"], trace["correlation_ids"]) == (request["trace_id"], [request["correlation_id"]])
    assert {"phoenix-dev", "api-gateway", "orchestrator"} <= set(trace["services"])
    for kind in ("trace_id", "correlation_id", "request_id"):
        found = demo[0].run("trace", request[kind], "--json").json()["traces"]
        assert [one["spans"] for one in found] == [trace["spans"]]


def test_a_trace_that_was_torn_apart_is_shown_whole(ask: Callable[..., Result], process: str) -> None:
    said = json.loads(ask("POST", process, "-d", '{"fault": "lost-context"}', "--json", "--wait", "10").stdout)
    assert len(said["traces"]) == 2
    assert said["traces"][0]["trace_id"] == said["request"]["trace_id"]


def test_what_was_expected_and_is_not_so_is_told_in_a_sentence_each(ask: Callable[..., Result], process: str) -> None:
    checks = ("--expect-status", "404,5xx", "--max-duration", "1us", "--expect-span", "llm-service", "--wait", "1.5")
    ran = ask("POST", process, "-d", QUESTION, *checks, "--expect-span", "tool-service:nothing", "--no-errors")
    assert ran.exit_code == 4
    marks = [line for line in ran.stdout.splitlines() if line[:2] in ("✓ ", "✗ ")]
    assert [line[0] for line in marks] == ["✗", "✗", "✓", "✗", "✓"]
    for sentence in ("the status is 200, not 404 or 5xx", "more than 1 µs", "there is no span tool-service:nothing"):
        assert sentence in ran.stderr
    assert "there is no span llm-service" not in ran.stderr


def test_what_was_expected_and_is_so_ends_well(ask: Callable[..., Result], process: str) -> None:
    checks = ("--expect-status", "200", "--max-duration", "30s", "--expect-span", "api-gateway:POST /api/process")
    ran = ask("POST", process, "-d", QUESTION, *checks, "--no-errors")
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_an_error_anywhere_in_the_request_is_one(ask: Callable[..., Result], process: str) -> None:
    ran = ask("POST", process, "-d", '{"fault": "llm-errors"}', "--no-errors")
    assert ran.exit_code == 4
    assert "failed span" in ran.stderr


def test_a_service_that_sends_nothing_is_told_what_to_do(ask: Callable[..., Result], mute: Answering) -> None:
    ran = ask(f"{mute.url}/", "--wait", "0.3")
    assert ran.exit_code == 1
    assert ran.stdout.startswith("200 OK")
    assert "no span and no log of trace" in ran.stderr
    assert "phoenix-dev env" in ran.stderr
    ran = ask(f"{mute.url}/", "--wait", "0")
    assert (ran.exit_code, ran.stderr) == (0, ""), "who does not wait does not ask for a trace"


def test_headers_and_body_are_sent_as_curl_would(
    ask: Callable[..., Result], mute: Answering, tmp_path: Path, demo: tuple[RunningStack, str]
) -> None:
    (tmp_path / "body.bin").write_bytes(b"a=1&b=\xff")
    url = mute.url.removeprefix("http://") + "/"
    ask(url, "--wait", "0", "-H", "Accept: text/html", "-H", f"traceparent: {PARENT}", "-H", "X-Correlation-ID: mine")
    ask(url, "--wait", "0", "-d", f"@{tmp_path / 'body.bin'}")
    ask("-X", "put", url, "--wait", "0", "-d", '{"a": 1}')
    ask("POST", url, "--wait", "0", "-d", "@-", input="from stdin")
    plain, form, put, piped = mute.asked
    assert (plain.method, plain.headers["accept"], plain.headers["traceparent"]) == ("GET", "text/html", PARENT)
    assert plain.headers["x-correlation-id"] == "mine"
    assert plain.headers["user-agent"].startswith("phoenix-dev/")
    assert (form.method, form.body) == ("POST", b"a=1&b=\xff")
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (put.method, put.headers["content-type"], put.body) == ("PUT", "application/json", b'{"a": 1}')
    assert piped.body == b"from stdin"
    ids = {(one.headers["traceparent"], one.headers["x-request-id"]) for one in mute.asked}
    assert len(ids) == 4


def test_the_body_is_shown_kept_or_piped(ask: Callable[..., Result], mute: Answering, tmp_path: Path) -> None:
    mute.says["/hostile"] = Says(body=b"one\n\x1b[31mtwo", headers={"x-it": "it"})
    mute.says["/broken"] = Says(500, body=b"because")
    ran = ask(f"{mute.url}/hostile", "--wait", "0", "--body", "-i")
    assert ran.stdout.splitlines()[-2:] == ["one", "\\x1b[31mtwo"]
    assert "x-it: it" in ran.stdout
    ran = ask(f"{mute.url}/hostile", "--wait", "0", "-o", "-")
    assert ran.stdout_bytes == b"one\n\x1b[31mtwo"
    assert ran.stderr.startswith("200 OK")
    assert ask(f"{mute.url}/hostile", "--wait", "0", "-o", str(tmp_path / "kept")).stdout.count("\n") == 1
    assert (tmp_path / "kept").read_bytes() == b"one\n\x1b[31mtwo"
    assert "because" in ask(f"{mute.url}/broken", "--wait", "0").stdout, "the answer says what went wrong"
    asked = len(mute.asked)
    assert ask(f"{mute.url}/", "-o", str(tmp_path)).exit_code == 1
    assert len(mute.asked) == asked, "what cannot be kept is not asked for"


def test_a_redirect_is_followed_when_that_is_wanted(ask: Callable[..., Result], mute: Answering) -> None:
    mute.says["/old"] = Says(302, headers={"location": "/"})
    assert ask(f"{mute.url}/old", "--wait", "0", "--expect-status", "302").exit_code == 0
    assert ask(f"{mute.url}/old", "--wait", "0", "-L", "--expect-status", "200").exit_code == 0


def test_an_answer_that_does_not_come_is_told_and_what_it_caused_is_shown(
    ask: Callable[..., Result], mute: Answering
) -> None:
    mute.says["/slow"] = Says(hold=True)
    ran = ask(f"{mute.url}/slow", "-m", "0.2", "--wait", "0.1")
    assert ran.exit_code == 1
    assert "did not answer within 0.2 s" in ran.stderr
    assert ask(f"{mute.url}/slow", "-m", "0.2", "--wait", "0", "--expect-status", "200").exit_code == 4


def test_what_cannot_be_reached_is_told_without_a_traceback(ask: Callable[..., Result]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ran = ask(f"127.0.0.1:{port}/")
    assert ran.exit_code == 1
    assert f"http://127.0.0.1:{port}/ cannot be reached: nothing listens there" in ran.stderr
    assert "hint: phoenix-dev" in ran.stderr


def test_tls_where_there_is_none_is_told(ask: Callable[..., Result], mute: Answering) -> None:
    ran = ask(mute.url.replace("http:", "https:"))
    assert ran.exit_code == 1
    assert "does not speak TLS" in ran.stderr
    assert f"phoenix-dev request {mute.url}" in ran.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["a", "b", "c"],
        ["localhost", "-H", "nonsense"],
        ["localhost", "-d", "@/nowhere"],
        ["G ET", "localhost"],
        ["localhost", "--expect-status", "2x"],
        ["localhost", "-H", "a: b\nc: d"],
        ["ftp://localhost"],
        ["http://["],
        ["localhost:99999"],
    ],
    ids=repr,
)
def test_what_is_no_request_is_wrong_usage(ask: Callable[..., Result], args: list[str]) -> None:
    ran = ask(*args)
    assert ran.exit_code == 2
    assert ran.stderr.startswith("error: ")


def test_without_a_stack_nothing_is_sent(invoke: Invoke, mute: Answering) -> None:
    ran = invoke("request", mute.url)
    assert (ran.exit_code, mute.asked) == (3, [])
