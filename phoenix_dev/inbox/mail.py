"""The inbox over SMTP, as a mail server that takes everything and sends nothing on (aiosmtpd)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP

from phoenix_dev.inbox.web import MOST_BYTES

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from phoenix_dev.inbox.keeping import Messages

#: Until when a sender must be done (seconds), and how many bytes it may send in all.
_DEADLINE_S = 30.0
_MOST_BYTES = 4 * MOST_BYTES
_CONNECTIONS = 8


class _Handler:
    """What aiosmtpd asks about a mail."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002 - aiosmtpd's
        """Keep a mail: its source as it came."""
        try:
            self._messages.add("email", envelope.original_content.decode("utf-8", "replace"))
        except OSError:
            return "452 what came cannot be kept"
        return "250 OK"


class _Bounded(SMTP):
    """A session that ends: aiosmtpd bounds a mail, but not what comes before, between and instead of its lines."""

    def __init__(self, *args: Any, open_sessions: set[object], **options: Any) -> None:
        super().__init__(*args, **options)
        self._open_sessions = open_sessions
        self._received = 0
        self._abort: Callable[[], None] = _nothing
        self._ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._abort = transport.abort
        self._ends = self.loop.call_later(_DEADLINE_S, self._abort)
        self._open_sessions.add(self)
        if len(self._open_sessions) > _CONNECTIONS:
            self._abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._open_sessions.discard(self)
        if self._ends is not None:
            self._ends.cancel()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > _MOST_BYTES:
            self._abort()
        else:
            super().data_received(data)


def _nothing() -> None:
    """To abort what has not begun."""


def sessions(messages: Messages, loop: asyncio.AbstractEventLoop) -> Callable[[], SMTP]:
    """What makes a session for each connection of a server on this loop."""
    handler, open_sessions = _Handler(messages), set[object]()

    def session() -> SMTP:
        return _Bounded(
            handler,
            open_sessions=open_sessions,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname="inbox",
            ident="phoenix-dev",
            timeout=_DEADLINE_S,
            command_call_limit=20,
            loop=loop,
        )

    return session
