"""Nothing arrives? What was sent to the wrong port, over TLS or to the wrong path is shown with what to change."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from tests import otlp
from tests.clients.applications import HERE
from tests.stack import running_stack
from tests.tools import need
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stack import RunningStack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("doors")) as running:
        yield running


def told(stack: RunningStack, reason: str) -> None:
    """`status` says so, at the latest a moment after the sender was left."""

    def reasons() -> list[str]:
        return [one["reason"] for one in stack.run("status", "--json").json()["refused"]]

    wait_until(lambda: reason in reasons(), what=f"status tells: {reason}")


def application(stack: RunningStack, **variables: str) -> str:
    """What a Python application with the SDK, configured so, prints on standard error."""
    environment = {
        **os.environ,
        "OTEL_SERVICE_NAME": "shop",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "2",
        "OTEL_BSP_EXPORT_TIMEOUT": "2000",
        **variables,
    }
    command = [sys.executable, str(HERE / "python" / "application.py"), "1"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False).stderr


def test_http_to_the_grpc_port(stack: RunningStack) -> None:
    reason = (
        "HTTP was sent to the OTLP/gRPC port: "
        f"set OTEL_EXPORTER_OTLP_ENDPOINT={stack.endpoints['otlp_http']}, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
    )
    said = application(
        stack,
        OTEL_EXPORTER_OTLP_ENDPOINT=stack.endpoints["otlp_grpc"],
        OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
    )
    assert reason in said, "the SDK prints what it was answered"
    told(stack, reason)


def test_grpc_to_the_http_port(stack: RunningStack) -> None:
    reason = (
        "gRPC was sent to the OTLP/HTTP port: "
        f"set OTEL_EXPORTER_OTLP_ENDPOINT={stack.endpoints['otlp_grpc']}, or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
    )
    said = application(
        stack, OTEL_EXPORTER_OTLP_ENDPOINT=stack.endpoints["otlp_http"], OTEL_EXPORTER_OTLP_PROTOCOL="grpc"
    )
    assert f"GOAWAY received; Error code: 13; Debug Text: {reason}" in said, "gRPC prints what it was answered"
    told(stack, reason)


def test_http_2_of_curl_to_the_http_port(stack: RunningStack) -> None:
    curl = need("curl")
    url = f"{stack.endpoints['otlp_http']}/v1/traces"
    command = [curl, "-sS", "--http2-prior-knowledge", "-X", "POST", "-d", "x", url]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    told(
        stack,
        f"gRPC was sent to the OTLP/HTTP port: set OTEL_EXPORTER_OTLP_ENDPOINT={stack.endpoints['otlp_grpc']}, "
        "or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    )


@pytest.mark.parametrize(("door", "name"), [("otlp_http", "OTLP/HTTP"), ("otlp_grpc", "OTLP/gRPC")])
def test_tls_to_either_port(stack: RunningStack, door: str, name: str) -> None:
    openssl = need("openssl")
    where = stack.endpoints[door].removeprefix("http://")
    command = [openssl, "s_client", "-connect", where]
    assert subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode != 0
    told(
        stack,
        f"TLS was sent to the {name} port, which speaks none: "
        f"set OTEL_EXPORTER_OTLP_ENDPOINT={stack.endpoints[door]} with http, not https",
    )


def test_a_wrong_path_which_doctor_tells_too_with_what_to_run(stack: RunningStack) -> None:
    for path in ("/", "/api/v2/spans", "/v1/traces/v1/traces"):
        answer = httpx.post(stack.endpoints["otlp_http"] + path, content=b"[]")
        assert answer.status_code == 404
        assert "OTEL_" in answer.json()["message"]
        told(stack, answer.json()["message"])
    found = [one for one in stack.run("doctor", "--json").json()["findings"] if "has a path of its own" in one["what"]]
    assert [one["fix"] for one in found] == ['eval "$(phoenix-dev --project phoenix env)"']


def test_a_token_for_another_tool_is_no_reason_to_refuse(stack: RunningStack) -> None:
    before = stack.run("status", "--json").json()["refused"]
    headers = {"content-type": "application/x-protobuf", "authorization": "Bearer x", "api-key": "y", "dd-api-key": "z"}
    body = otlp.traces("shop", otlp.span(otlp.new_trace_id())).SerializeToString()
    assert httpx.post(f"{stack.endpoints['otlp_http']}/v1/traces", content=body, headers=headers).status_code == 200
    assert stack.run("status", "--json").json()["refused"] == before
