"""What an engine asks itself before it says that it is ready: does each door open, and does somebody answer?"""

from __future__ import annotations

import asyncio

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime import http2_hello

_PATIENCE_S = 5.0
_HINT = "phoenix-dev doctor"


async def check_http(port: int) -> None:
    """Send an empty export. Raises NotReady unless it is accepted, or refused since nothing can be written now: then
    `status` says why.
    """
    headers = (
        f"Host: 127.0.0.1:{port}\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\nConnection: close"
    )
    hello = f"POST /v1/traces HTTP/1.1\r\n{headers}\r\n\r\n".encode()
    answer = await _exchange(port, hello, len(b"HTTP/1.1 200"))
    if not answer.endswith((b"200", b"503")):
        raise NotReady(f"the engine's OTLP/HTTP port {port} answered an empty export with {answer!r}", hint=_HINT)


async def check_grpc(port: int) -> None:
    """Say hello in HTTP/2. Raises NotReady unless the server answers in kind."""
    answer = await _exchange(port, http2_hello.HELLO, http2_hello.ENOUGH)
    if not http2_hello.is_answer(answer):
        raise NotReady(f"the engine's OTLP/gRPC port {port} does not speak HTTP/2", hint=_HINT)


async def _exchange(port: int, hello: bytes, length: int) -> bytes:
    """The first `length` bytes that come back."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(hello)
            answer = await reader.readexactly(length)
            writer.close()
            return answer
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        what = f"the engine does not answer on its own port {port}: {error or type(error).__name__}"
        raise NotReady(what, hint=_HINT) from error
