"""What commands want of the process that watches: alerts that are told as if a rule had fired, and mails.

Each is a file in a folder of the project's state folder, which the process takes away when it has done it.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.alert import Alert
from phoenix_dev.processes.document import write_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_FOLDER = "orders"


@dataclass(frozen=True, slots=True)
class AlertOrder:
    """Alerts that fire until a time (Unix nanoseconds)."""

    alerts: tuple[Alert, ...]
    until_ns: int


@dataclass(frozen=True, slots=True)
class MailOrder:
    """A mail."""

    subject: str
    text: str


def order_alerts(home: Path, alerts: Sequence[Alert], until_ns: int) -> None:
    """Have alerts told. Raises OSError."""
    _put(home, {"alerts": [asdict(alert) for alert in alerts], "until_ns": until_ns})


def order_mail(home: Path, subject: str, text: str) -> None:
    """Have a mail sent. Raises OSError."""
    _put(home, {"subject": subject, "text": text})


def take_orders(home: Path) -> Iterator[AlertOrder | MailOrder]:
    """What was ordered, oldest first; what cannot be understood is dropped."""
    folder = home / _FOLDER
    with contextlib.suppress(OSError):
        for path in sorted(folder.glob("[0-9]*.json"), key=lambda path: path.stat().st_mtime_ns):
            content = path.read_bytes()
            path.unlink()
            with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError):
                yield _order(json.loads(content))


def _order(found: dict[str, object]) -> AlertOrder | MailOrder:
    if "subject" in found:
        return MailOrder(str(found["subject"]), str(found["text"]))
    told = found["alerts"]
    if not isinstance(told, list):
        raise TypeError("alerts are a list")
    alerts = tuple(Alert(**{**one, "inhibited_by": ()}) for one in told)
    return AlertOrder(alerts, int(str(found["until_ns"])))


def _put(home: Path, order: dict[str, object]) -> None:
    folder = home / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    write_document(folder / f"{secrets.randbits(60)}.json", order)
