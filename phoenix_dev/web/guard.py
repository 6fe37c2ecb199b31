"""What stands before every page: only this machine's browsers, only GET, and nothing runs or loads but our own files.

A page of another site can have its own name resolve to 127.0.0.1 (DNS rebinding) and then read what is served there as
if it were its own. It cannot choose the Host header that the browser sends: so that is checked.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_HTTP_PORT = 80


class Guard:
    """Lets through what may pass, and says what browsers may do with the answer. `last_seen` is of time.monotonic."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.last_seen = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        self.last_seen = time.monotonic()

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = _refusal(scope)
        await (refusal or self._app)(scope, receive, send_guarded)
        self.last_seen = time.monotonic()


def _refusal(scope: Scope) -> PlainTextResponse | None:
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or not _is_this_machine(hosts[0], (scope.get("server") or ("", 0))[1]):
        return PlainTextResponse("this page is served on 127.0.0.1, localhost and [::1] only\n", 403)
    if scope["method"] != "GET":
        return PlainTextResponse("there is nothing here to change: GET only\n", 405, {"Allow": "GET"})
    return None


def _is_this_machine(host: str, port: int | None) -> bool:
    found = _HOST.fullmatch(host)
    return found is not None and int(found[2] or _HTTP_PORT) == port
