"""The inbox as the container runs it: a process of its own, asked over HTTP and SMTP."""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from tests.ports import free_port
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path


@dataclass(frozen=True)
class Inbox:
    """A running inbox."""

    process: subprocess.Popen[bytes]
    http_port: int
    smtp_port: int
    http: httpx.Client

    def mail(self, message: EmailMessage) -> None:
        """Send a mail to it, as any program would."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as smtp:
            smtp.send_message(message)

    def messages(self, since_ns: int = 0) -> list[dict[str, Any]]:
        """What it says that came."""
        answer = self.http.get("/messages", params={"since": since_ns})
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]


@contextmanager
def running_inbox(folder: Path, *flags: str) -> Iterator[Inbox]:
    """An inbox that keeps what comes in a folder, until the end of the block."""
    ports = free_port(), free_port()
    addresses = ("--http", f"127.0.0.1:{ports[0]}", "--smtp", f"127.0.0.1:{ports[1]}")
    command = [sys.executable, "-m", "phoenix_dev.inbox", "--folder", str(folder), *addresses, *flags]
    http = httpx.Client(base_url=f"http://127.0.0.1:{ports[0]}", verify=False)
    with http, subprocess.Popen(command) as process:
        try:
            inbox = Inbox(process, *ports, http)
            wait_until(lambda: _takes_mail(inbox), what="the inbox")
            yield inbox
        finally:
            process.terminate()


def _takes_mail(inbox: Inbox) -> bool:
    assert inbox.process.poll() is None
    try:
        return "taken" in inbox.http.get("/health").json()["mail"]
    except httpx.TransportError:
        return False
