"""Who may ask the page for what, and what a browser may do with the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.site import FAILED

if TYPE_CHECKING:
    from tests.site import Site

PATHS = ("/", "/logs", "/services", "/map", f"/trace/{FAILED}", "/static/page.js", "/logs/live?after=a:1", "/nowhere")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_this_machine_is_answered(filled: Site, name: str) -> None:
    assert filled.get("/", Host=f"{name}:{filled.port}").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.2",
        "",
        "[::2]",
    ],
)
@pytest.mark.parametrize("path", ["/", "/logs/live?after=a:1", "/static/page.js"])
def test_a_foreign_host_is_not(filled: Site, host: str, path: str) -> None:
    for given in (f"{host}:{filled.port}", host):
        answer = filled.get(path, Host=given)
        assert answer.status in (400, 403), given
        assert "<html" not in answer.text


def test_neither_is_another_port(filled: Site) -> None:
    assert filled.get("/", Host="127.0.0.1").status == 403
    assert filled.get("/", Host=f"127.0.0.1:{filled.port + 1}").status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_nothing_can_be_changed(filled: Site, method: str) -> None:
    answer = filled.get("/", method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_allows_our_own_files_and_nothing_else(filled: Site, path: str) -> None:
    with filled.asking(path) as response:
        headers = {name.lower(): value for name, value in response.getheaders()}
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy.pop("default-src") == "'none'"
    assert {policy.pop(name) for name in ("base-uri", "frame-ancestors")} == {"'none'"}
    assert policy.pop("img-src") == "'self' data:"
    assert set(policy.values()) == {"'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e%2fguard.py", "/static/"])
def test_no_other_file_is_served(filled: Site, path: str) -> None:
    answer = filled.get(path)
    assert answer.status == 404
    assert "import" not in answer.text
