"""What goes back over HTTP: an acknowledgement, or a google.rpc.Status in the encoding of the request."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.receiver import cors
from phoenix_dev.receiver import status as rpc

if TYPE_CHECKING:
    from starlette.types import Send

    from phoenix_dev.receiver.body import Body
    from phoenix_dev.receiver.cors import Headers
    from phoenix_dev.receiver.head import Head
    from phoenix_dev.receiver.signals import Signal
    from phoenix_dev.telemetry.inbox import Accepted, Overloaded

_CODES = {
    400: rpc.INVALID_ARGUMENT,
    403: rpc.PERMISSION_DENIED,
    404: rpc.NOT_FOUND,
    405: rpc.UNIMPLEMENTED,
    408: rpc.DEADLINE_EXCEEDED,
    413: rpc.RESOURCE_EXHAUSTED,
    415: rpc.INVALID_ARGUMENT,
    429: rpc.RESOURCE_EXHAUSTED,
    500: rpc.INTERNAL,
    503: rpc.UNAVAILABLE,
}
_MEDIA = {"protobuf": b"application/x-protobuf", "json": b"application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `refused` is why something was not taken (empty when all was), from `service`, and `items` how many
    were refused for good.
    """

    status: int
    headers: Headers
    body: bytes = b""
    refused: str = ""
    service: str = ""
    items: int = 0


def success(head: Head, signal: Signal, accepted: Accepted, service: str) -> Answer:
    """200, after the commit. Items refused for good are told as a partial success ("Partial Success")."""
    body = b"" if head.encoding == "protobuf" else b"{}"
    if accepted.rejected or accepted.reason:
        partial = signal.partial_success(accepted)
        body = partial.SerializeToString() if head.encoding == "protobuf" else _partial_json(signal, accepted)
    headers = [(b"content-type", _MEDIA[head.encoding or "json"])]
    reason = accepted.reason or "refused by the store"
    return Answer(200, headers, body, reason if accepted.rejected else "", service, accepted.rejected)


def _partial_json(signal: Signal, accepted: Accepted) -> bytes:
    head, *rest = signal.rejected.split("_")
    counted = head + "".join(map(str.capitalize, rest))
    # A 64-bit integer is a string in protobuf's JSON mapping.
    partial = {counted: str(accepted.rejected), "errorMessage": accepted.reason}
    return json.dumps({"partialSuccess": partial}).encode()


def refuse(head: Head, status: int, reason: str, *, service: str = "", headers: Headers | None = None) -> Answer:
    """An error that trying again would not mend."""
    return _error(head, status, reason, None, service, headers or [])


def busy(head: Head, status: int, overloaded: Overloaded, *, service: str = "") -> Answer:
    """An error that the sender shall try again, after so many seconds ("OTLP/HTTP Throttling")."""
    headers = [(b"retry-after", str(max(1, math.ceil(overloaded.retry_after))).encode())]
    return _error(head, status, overloaded.reason, overloaded.retry_after, service, headers)


def _error(head: Head, status: int, reason: str, retry_after: float | None, service: str, headers: Headers) -> Answer:
    code = _CODES[status]
    if head.encoding == "protobuf":
        body = rpc.status_message(code, reason, retry_after).SerializeToString()
    else:
        body = rpc.status_json(code, reason, retry_after)
    media = (b"content-type", _MEDIA[head.encoding or "json"])
    return Answer(status, [media, *headers], body, reason, service)


async def respond(head: Head, answer: Answer, body: Body, send: Send) -> None:
    """Send the answer. Where the body was not read to its end the connection is closed, soon but not at once."""
    headers = [*answer.headers, *([] if answer.status == 403 else cors.response_headers(head.headers))]
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    closing = body.unread
    if closing:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": closing})
    if closing:
        await body.drop()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
