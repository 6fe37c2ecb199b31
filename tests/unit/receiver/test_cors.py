"""Web pages of this machine may send telemetry, others may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .recording import JSON, PROTOBUF

if TYPE_CHECKING:
    import httpx

    from .conftest import Receiver

OWN = ["http://localhost", "http://localhost:3000", "https://127.0.0.1:8443", "http://127.8.9.1", "http://[::1]:5173"]
FOREIGN = [
    "http://evil.example",
    "https://localhost.evil.example",
    "http://localhost:3000.evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil.example/localhost",
    "http://localhost@evil.example",
    "ftp://localhost",
    "null",
    "",
]


@pytest.mark.parametrize("origin", OWN)
def test_a_page_of_this_machine_may_send(http: httpx.Client, origin: str) -> None:
    answer = http.post("/v1/traces", content=b"{}", headers=JSON | {"origin": origin})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "origin"


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_a_foreign_page_may_not(http: httpx.Client, receiver: Receiver, origin: str, method: str) -> None:
    answer = http.request(method, "/v1/traces", content=b"", headers=PROTOBUF | {"origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert receiver.inbox.exports == []


def test_a_page_whose_name_was_rebound_to_this_machine_may_not(http: httpx.Client, receiver: Receiver) -> None:
    headers = JSON | {"origin": "http://localhost:3000", "host": f"evil.example:{receiver.http_port}"}
    assert http.post("/v1/traces", content=b"{}", headers=headers).status_code == 403


def test_a_container_reaches_it_by_another_name(http: httpx.Client, receiver: Receiver) -> None:
    headers = JSON | {"host": f"host.docker.internal:{receiver.http_port}"}
    assert http.post("/v1/traces", content=b"{}", headers=headers).status_code == 200


def test_a_preflight_allows_what_exporters_send(http: httpx.Client) -> None:
    asked = {
        b"origin": b"http://localhost:3000",
        b"access-control-request-method": b"POST",
        b"access-control-request-headers": b"Content-Type,x-api-key, in valid,\xe9",
        b"access-control-request-private-network": b"true",
    }
    answer = http.request("OPTIONS", "/v1/logs", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert answer.headers["access-control-allow-headers"] == "content-type, content-encoding, x-api-key"
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert answer.headers["access-control-allow-private-network"] == "true"


def test_an_error_can_be_read_by_the_page(http: httpx.Client) -> None:
    answer = http.post("/v1/traces", content=b"[]", headers=JSON | {"origin": "http://localhost"})
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == "http://localhost"
    assert answer.headers["access-control-expose-headers"] == "retry-after"
