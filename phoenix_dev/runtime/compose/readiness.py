"""Whether a part can do its work, asked from outside over the ports that its users have.

That a port accepts proves nothing: Docker's proxy accepts before the part inside listens.
"""

from __future__ import annotations

import json
import socket
import time
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import quote

from phoenix_dev.runtime import http2_hello
from phoenix_dev.runtime.compose.parts import (
    ALERTMANAGER,
    COLLECTOR,
    GRAFANA,
    INBOX,
    INFRASTRUCTURE,
    JAEGER,
    LOKI,
    PROMETHEUS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phoenix_dev.runtime.compose.parts import Part

    Probe = Callable[[Mapping[str, int], float], str]

_ANY_STREAM = '{service_name=~".+"}'


def why_not_ready(part: Part, ports: Mapping[str, int], patience_s: float) -> str:
    """Why a part cannot do its work now, as the end of a sentence; empty when it can. `ports` are numbers by name."""
    try:
        return _PROBES[part.name](ports, patience_s)
    except TimeoutError:
        return f"does not answer within {patience_s:g} s"
    except (OSError, HTTPException, ValueError) as error:
        return f"does not answer ({error or type(error).__name__})"


def _collector(ports: Mapping[str, int], patience_s: float) -> str:
    """Takes an empty export over HTTP (an empty body is an empty request), speaks HTTP/2 on the other port."""
    status, _ = _ask(ports["otlp_http"], "/v1/traces", patience_s, export=b"")
    if status != 200:
        return f"answers an empty export with the status {status}"
    return "" if _speaks_http2(ports["otlp_grpc"], patience_s) else "does not speak HTTP/2 on its port for gRPC"


def _jaeger(ports: Mapping[str, int], patience_s: float) -> str:
    return _serves(ports["jaeger"], "/api/services", patience_s) or _serves(
        ports["jaeger_errors"], "/errors/api/services", patience_s
    )


def _loki(ports: Mapping[str, int], patience_s: float) -> str:
    a_minute_ago = time.time_ns() - 60 * 10**9
    query = f"/loki/api/v1/query_range?query={quote(_ANY_STREAM)}&limit=1&start={a_minute_ago}"
    return _serves(ports["loki"], "/ready", patience_s) or _serves(ports["loki"], query, patience_s)


def _prometheus(ports: Mapping[str, int], patience_s: float) -> str:
    return _serves(ports["prometheus"], "/-/ready", patience_s)


def _alertmanager(ports: Mapping[str, int], patience_s: float) -> str:
    return _serves(ports["alertmanager"], "/-/ready", patience_s)


def _inbox(ports: Mapping[str, int], patience_s: float) -> str:
    return _serves(ports["inbox"], "/health", patience_s)


def _grafana(ports: Mapping[str, int], patience_s: float) -> str:
    status, body = _ask(ports["grafana"], "/api/health", patience_s)
    healthy = status == 200 and json.loads(body).get("database") == "ok"
    return "" if healthy else f"answers /api/health with the status {status}"


def _infrastructure(ports: Mapping[str, int], patience_s: float) -> str:
    return _serves(ports["infrastructure"], "/", patience_s)


_PROBES: Mapping[str, Probe] = {
    COLLECTOR.name: _collector,
    JAEGER.name: _jaeger,
    LOKI.name: _loki,
    PROMETHEUS.name: _prometheus,
    ALERTMANAGER.name: _alertmanager,
    INBOX.name: _inbox,
    GRAFANA.name: _grafana,
    INFRASTRUCTURE.name: _infrastructure,
}


def _serves(port: int, path: str, patience_s: float) -> str:
    status, _ = _ask(port, path, patience_s)
    return "" if status == 200 else f"answers {path.partition('?')[0]} with the status {status}"


def _ask(port: int, path: str, patience_s: float, *, export: bytes | None = None) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=patience_s)
    try:
        if export is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, body=export, headers={"Content-Type": "application/x-protobuf"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _speaks_http2(port: int, patience_s: float) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=patience_s) as connection:
        connection.sendall(http2_hello.HELLO)
        answer = b""
        while len(answer) < http2_hello.ENOUGH:
            piece = connection.recv(http2_hello.ENOUGH - len(answer))
            if not piece:
                return False
            answer += piece
    return http2_hello.is_answer(answer)
