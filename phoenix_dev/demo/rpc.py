"""gRPC with spans: JSON objects over generic handlers, no generated code.

Imported by the two services that speak it only.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
from opentelemetry.context import attach, detach
from opentelemetry.trace import SpanKind

from phoenix_dev.demo import identity
from phoenix_dev.demo.peers import UpstreamError
from phoenix_dev.demo.spans import ServiceError, span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.trace import Tracer

    Method = Callable[[Mapping[str, Any]], dict[str, Any]]

# grpc.health.v1.HealthCheckResponse with status SERVING (field 1, varint 1); an empty request asks for the server as a
# whole.
_HEALTH_SERVICE = "grpc.health.v1.Health"
_SERVING = b"\x08\x01"
_TIMEOUT = 15.0
# A proxy of the environment has no say on this machine's own loopback; and a peer that was away is found again soon.
_OPTIONS = [("grpc.enable_http_proxy", 0), ("grpc.max_reconnect_backoff_ms", 1000)]


def _encode(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _as_it_is(value: bytes) -> bytes:
    return value


class RpcServer:
    """One gRPC service on 127.0.0.1. Raises OSError when the port is taken."""

    def __init__(self, tracer: Tracer, port: int, service: str, methods: Mapping[str, Method]) -> None:
        self._tracer = tracer
        self._server = grpc.server(ThreadPoolExecutor(8, "grpc"), options=_OPTIONS)
        handlers = {name: self._handler(f"{service}/{name}", method) for name, method in methods.items()}
        check = grpc.unary_unary_rpc_method_handler(lambda _request, _context: _SERVING)
        self._server.add_generic_rpc_handlers(
            (
                grpc.method_handlers_generic_handler(service, handlers),
                grpc.method_handlers_generic_handler(_HEALTH_SERVICE, {"Check": check}),
            )
        )
        try:
            self._server.add_insecure_port(f"127.0.0.1:{port}")
        except RuntimeError as error:
            raise OSError(str(error)) from error
        self._server.start()

    def stop(self, seconds: float) -> None:
        """Refuse new calls, let those in work finish for at most so long."""
        self._server.stop(seconds).wait(seconds)

    def _handler(self, full_name: str, method: Method) -> Any:
        def serve(request: Mapping[str, Any], context: grpc.ServicerContext) -> dict[str, Any]:
            metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
            token = attach(identity.accept(metadata))
            attributes = {"rpc.system.name": "grpc", "rpc.method": full_name, "server.address": "127.0.0.1"}
            try:
                with span(self._tracer, full_name, SpanKind.SERVER, attributes) as current:
                    answer = method(request)
                    current.set_attribute("rpc.response.status_code", "OK")
                    return answer
            except ServiceError as error:
                context.abort(grpc.StatusCode.INTERNAL, str(error))
            finally:
                detach(token)

        return grpc.unary_unary_rpc_method_handler(serve, request_deserializer=json.loads, response_serializer=_encode)


class RpcClient:
    """Calls one gRPC server, with a client span for each call."""

    def __init__(self, tracer: Tracer, peer: str, target: str) -> None:
        self._tracer = tracer
        self._peer = peer
        self._host, _, self._port = target.partition(":")
        self._channel = grpc.insecure_channel(target, options=_OPTIONS)
        self._check = self._channel.unary_unary(f"/{_HEALTH_SERVICE}/Check", _as_it_is, _as_it_is)

    def call(self, full_name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call `package.Service/Method`. Raises UpstreamError when it fails."""
        method = self._channel.unary_unary(
            f"/{full_name}", request_serializer=_encode, response_deserializer=json.loads
        )
        attributes: dict[str, str | int] = {
            "rpc.system.name": "grpc",
            "rpc.method": full_name,
            "server.address": self._host,
            "server.port": int(self._port),
            "peer.service": self._peer,
        }
        with span(self._tracer, full_name, SpanKind.CLIENT, attributes) as current:
            try:
                answer: Mapping[str, Any] = method(
                    request, timeout=_TIMEOUT, metadata=tuple(identity.outgoing_headers().items())
                )
            except grpc.RpcError as error:
                # What a call raises is a grpc.Call as well, which the type stubs do not say.
                code = str(error.code().name)
                current.set_attribute("rpc.response.status_code", code)
                raise UpstreamError(self._peer, 502, code, "the call failed") from error
            current.set_attribute("rpc.response.status_code", "OK")
            return answer

    def probe(self) -> None:
        """Ask the server's health service. Raises OSError when it does not serve."""
        try:
            answer = self._check(b"", timeout=2.0)
        except grpc.RpcError as error:
            raise ConnectionError("the call failed") from error
        if answer != _SERVING:
            raise ConnectionError("not serving")
