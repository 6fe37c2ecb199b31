"""Waits on the event loop for the inbox, which commits on a thread of its own; and what to say when that breaks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

    from phoenix_dev.telemetry.inbox import Accepted

_log = logging.getLogger(__name__)


def broken(exc: Exception) -> str:
    """What to tell a sender about an error that should not be: its export is not kept, and the log has the rest."""
    _log.error("an export could not be taken", exc_info=exc)
    return f"the engine failed, its log says where: {type(exc).__name__}: {exc}"


async def committed(future: Future[Accepted]) -> Accepted:
    """The future's result. Raises what it raises.

    Unlike `asyncio.wrap_future`, a request that is cancelled never cancels the future: the writer may be committing it.
    """
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def settle() -> None:
        if not done.done():
            done.set_result(None)

    def wake(_: Future[Accepted]) -> None:
        # A loop that has closed has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    future.add_done_callback(wake)
    await done
    return future.result()
