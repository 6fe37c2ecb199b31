"""The limit of ingest: servers that read an export and acknowledge it, and do nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import grpc.aio
    from starlette.types import Receive, Scope, Send


@contextlib.contextmanager
def null_server() -> Iterator[dict[str, int]]:
    """Both servers in a process of their own, which tells their ports on stdout: the ports by transport."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.null_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


async def _acknowledge(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    headers = [(b"content-type", b"application/x-protobuf"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _grpc_server() -> tuple[grpc.aio.Server, int]:
    import grpc

    async def acknowledge(_request: bytes, _context: object) -> bytes:
        return b""

    handlers = {"Export": grpc.unary_unary_rpc_method_handler(acknowledge)}
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("opentelemetry.proto.collector.trace.v1.TraceService", handlers),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


async def _serve() -> None:
    import socket

    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    _server, grpc_port = await _grpc_server()
    print(json.dumps({"http": listening.getsockname()[1], "grpc": grpc_port}), flush=True)
    config = uvicorn.Config(
        _acknowledge, loop="asyncio", http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
    )
    await uvicorn.Server(config).serve([listening])


if __name__ == "__main__":
    asyncio.run(_serve())
