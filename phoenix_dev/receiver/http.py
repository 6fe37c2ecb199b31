"""OTLP/HTTP as an ASGI application (OTLP specification, "OTLP/HTTP").

A plain ASGI callable: it is the hot path of the engine. What it answers:

200 the export is committed, with a partial success where items were refused · 400 malformed · 403 sent by a foreign
web page · 404, 405 wrong path or method · 408 the body did not arrive in time · 413 above 16 MiB on the wire or
decompressed, or too much once decoded (weight.py) · 415 a content type or coding that OTLP does not have (RFC 9110,
sections 8.4 and 15.5.16) · 429 the queue or the memory for exports is full, and 503 the commit failed, both with
Retry-After · 500 a fault of the engine. Every error has a google.rpc.Status in the encoding of the request; JSON where
that is unknown.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.receiver import cors
from phoenix_dev.receiver.answer import Answer, busy, refuse, respond, success
from phoenix_dev.receiver.body import Body, SenderGone, TooSlow
from phoenix_dev.receiver.commit import broken, committed
from phoenix_dev.receiver.doors import advice_on_path
from phoenix_dev.receiver.head import Head
from phoenix_dev.receiver.limits import TooLarge
from phoenix_dev.receiver.positions import positions_of
from phoenix_dev.receiver.signals import SIGNALS
from phoenix_dev.telemetry.inbox import Overloaded

if TYPE_CHECKING:
    from concurrent.futures import Future

    from starlette.types import ASGIApp, Receive, Scope, Send

    from phoenix_dev.receiver.intake import Intake
    from phoenix_dev.receiver.signals import Signal
    from phoenix_dev.telemetry.inbox import Accepted

_ALLOW = (b"allow", b"POST, OPTIONS")
_PATHS = {signal.path: signal for signal in SIGNALS}


def otlp_http_app(intake: Intake) -> ASGIApp:
    """The application for /v1/traces, /v1/logs and /v1/metrics; any other path is answered with a 404 that names them.

    An export is acknowledged after the inbox's future has resolved, never before.
    """
    return _Receiver(intake)


class _Receiver:
    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = Head.of(scope)
        body = Body(head, receive)
        signal = _PATHS.get(head.path)
        try:
            answer = _by_its_head(head, signal) or await self._take(head, signal, body)
        except SenderGone:
            return
        if answer.refused and _sends(head, signal):
            self._note(head, signal, answer)
        await respond(head, answer, body, send)

    async def _take(self, head: Head, signal: Signal | None, body: Body) -> Answer:
        assert signal is not None
        assert head.encoding is not None
        service = ""
        with self._intake.budget.charge() as charge:
            try:
                content = await body.read(charge)
                export = await self._intake.decode(signal, head.encoding, content, charge)
                size = len(content) if head.encoding == "protobuf" else export.ByteSize()
                service = signal.sender(export)
                positions = positions_of(head, self._intake.reader_token)
                waiting = self._intake.inbox.submit(export, size, positions)
                del content, export
                return await _acknowledged(head, signal, waiting, service)
            except Malformed as exc:
                return refuse(head, 400, exc.reason, service=exc.service)
            except TooLarge as exc:
                return refuse(head, 413, exc.reason)
            except Overloaded as exc:
                return busy(head, 429, exc, service=service)
            except TooSlow as exc:
                return refuse(head, 408, str(exc))
            except SenderGone:
                raise
            except Exception as exc:  # noqa: BLE001 - whatever it is, the sender must hear of it
                return refuse(head, 500, broken(exc), service=service)

    def _note(self, head: Head, signal: Signal | None, answer: Answer) -> None:
        self._intake.refusals.note(
            protocol="http",
            signal=signal.name if signal else "",
            reason=answer.refused,
            service=answer.service,
            items=answer.items,
            peer=head.peer,
            time_ns=time.time_ns(),
        )


def _sends(head: Head, signal: Signal | None) -> bool:
    """Whether telemetry was meant; a browser that looks around has sent none. Datadog's libraries PUT theirs."""
    return head.method == "POST" or (head.method == "PUT" and signal is None)


async def _acknowledged(head: Head, signal: Signal, waiting: Future[Accepted], service: str) -> Answer:
    try:
        return success(head, signal, await committed(waiting), service)
    except Overloaded as exc:
        return busy(head, 503, exc, service=service)


def _by_its_head(head: Head, signal: Signal | None) -> Answer | None:
    """The answer to a request whose body need not be read."""
    if cors.is_foreign(head.headers):
        return refuse(
            head, 403, f"web pages of {head.text(b'origin')} may not send telemetry: only those of localhost may"
        )
    if signal is None:
        why = f"{head.path} takes no telemetry: OTLP/HTTP is sent to {', '.join(_PATHS)}"
        advice = advice_on_path(head.path, tuple(_PATHS))
        return refuse(head, 404, f"{why}; {advice}" if advice else why)
    if head.method == "OPTIONS":
        return Answer(204, [_ALLOW, *cors.preflight_headers(head.headers)])
    if head.method != "POST":
        return refuse(head, 405, f"{head.path} takes POST, not {head.method}", headers=[_ALLOW])
    if head.encoding is None:
        sent = head.text(b"content-type") or "none"
        return refuse(head, 415, f"content type {sent}: OTLP/HTTP is application/x-protobuf or application/json")
    if head.gzip is None:
        sent = head.text(b"content-encoding")
        return refuse(
            head,
            415,
            f"content coding {sent}: only gzip and identity are taken",
            headers=[(b"accept-encoding", b"gzip")],
        )
    return None
