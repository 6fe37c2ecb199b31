"""The engine's HTTP side: the OTLP receiver, and one page for `status`."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import uvicorn

from phoenix_dev.receiver.connections import http_config

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

    from phoenix_dev.receiver.doors import Doors
    from phoenix_dev.receiver.refusals import Refusals


class Front:
    """Sends each request to where it belongs: `GET /status` to the engine itself, everything else to the receiver."""

    def __init__(self, receiver: ASGIApp, facts: Callable[[], dict[str, Any]]) -> None:
        self._receiver = receiver
        self._facts = facts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] == "/status":
            await self._status(scope, send)
        else:
            await self._receiver(scope, receive, send)

    async def _status(self, scope: Scope, send: Send) -> None:
        if not _from_this_machine(scope):  # a web page that had its own name resolve to 127.0.0.1 must not read this
            await _answer(send, 421, {"error": "this address is served for localhost only"})
        elif scope["method"] != "GET":
            await _answer(send, 405, {"error": "GET only"})
        else:
            await _answer(send, 200, self._facts())


class HttpServer(uvicorn.Server):
    """uvicorn on sockets that are bound already. Its own signal handling would end the process with the store open."""

    def __init__(self, app: Front, refusals: Refusals, doors: Doors, *, finish_s: int) -> None:
        config = http_config(app, refusals, doors)
        config.timeout_graceful_shutdown = finish_s
        config.proxy_headers = False  # nobody stands between us and a sender on the same machine
        super().__init__(config)
        self._accepting = asyncio.Event()

    async def accepting(self) -> None:
        """Return once connections are accepted."""
        await self._accepting.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self._accepting.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the engine."""
        yield


def _from_this_machine(scope: Scope) -> bool:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return name in ("localhost", "127.0.0.1", "::1")


async def _answer(send: Send, status: int, document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
