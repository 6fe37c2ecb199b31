"""The inbox as a process: `python -m phoenix_dev.inbox --folder FOLDER --http HOST:PORT`, until SIGTERM."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phoenix_dev.inbox.keeping import Messages
from phoenix_dev.inbox.schedule import Schedule
from phoenix_dev.inbox.stack import Stack
from phoenix_dev.inbox.web import Web

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

#: How often it is looked what is due (seconds): clocks may be set meanwhile.
_LOOK_S = 30.0


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    given = _arguments().parse_args(argv)
    if given.packages:
        sys.path.append(given.packages)
    messages = Messages(given.folder)
    told: dict[str, Any] = {"mail": "", "summaries": ""}
    server = Web(given.http, messages, lambda: told)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if given.prometheus:
        stack = Stack(given.project, given.prometheus, given.alertmanager, given.dashboards)
        schedule = Schedule(given.folder, stack.send)
        threading.Thread(target=_keep_sending, args=(schedule, told), daemon=True).start()
    # It answers by now: what mail needs takes longer to load than all the rest.
    import asyncio

    asyncio.run(_take_mail(given.smtp, messages, told))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m phoenix_dev.inbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where what came is kept")
    parser.add_argument("--http", type=_address, required=True, metavar="HOST:PORT")
    parser.add_argument("--smtp", type=_address, metavar="HOST:PORT", help="without it no mail is taken")
    parser.add_argument("--packages", metavar="FOLDER", help="where aiosmtpd lies, if Python does not find it")
    parser.add_argument("--prometheus", metavar="URL", help="with it summaries are sent")
    parser.add_argument("--alertmanager", metavar="URL", help="what sends them")
    parser.add_argument("--dashboards", default="", metavar="URL", help="what they name")
    parser.add_argument("--project", default="phoenix", help="whose they are")
    return parser


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


async def _take_mail(address: tuple[str, int] | None, messages: Messages, told: dict[str, Any]) -> None:
    """Take mail, if that is possible and wanted, until a signal ends it all."""
    import asyncio

    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    taking = await _mail_server(address, messages, told) if address else None
    await over.wait()
    if taking is not None:
        taking.close()


async def _mail_server(address: tuple[str, int], messages: Messages, told: dict[str, Any]) -> asyncio.Server | None:
    try:
        from phoenix_dev.inbox.mail import sessions
    except (ImportError, SyntaxError) as error:  # a package may be of a newer Python than this one
        told["mail"] = f"no mail is taken: {error}"
        print(told["mail"], file=sys.stderr, flush=True)  # noqa: T201 - the container's log
        return None
    import asyncio

    loop = asyncio.get_running_loop()
    server = await loop.create_server(sessions(messages, loop), *address)
    told["mail"] = f"taken on port {address[1]}"
    return server


def _keep_sending(schedule: Schedule, told: dict[str, Any]) -> None:
    pause = threading.Event()
    while True:
        told["summaries"] = _trouble(schedule)
        pause.wait(_LOOK_S)


def _trouble(schedule: Schedule) -> str:
    """Why what is due cannot be sent; empty when all of it was."""
    try:
        schedule.send_what_is_due()
    except Exception as error:  # noqa: BLE001 - whatever hinders one summary, the next look is made
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
