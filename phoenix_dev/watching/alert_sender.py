"""The AlertSender of the embedded runtime: what a command wants is done by the process that watches."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import NotReady
from phoenix_dev.stores.alerts import Handed
from phoenix_dev.telemetry.series.database import SeriesConnection
from phoenix_dev.telemetry.series.schema import FILE_NAME
from phoenix_dev.watching.diary import Progress
from phoenix_dev.watching.dispatch import HANDED, REAL
from phoenix_dev.watching.orders import order_alerts, order_mail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from phoenix_dev.model.alert import Alert, Channel


class EmbeddedAlertSender:
    """Implements `AlertSender` for the state folder of a project, with the `store` in it: while there is that alone,
    the process that sends is still to come.
    """

    def __init__(self, home: Path, store: Path | None = None) -> None:
        self._home = home
        self._db = SeriesConnection(home / FILE_NAME, store)

    @property
    def real(self) -> tuple[Channel, ...]:
        """See `AlertSender.real`."""
        return tuple(self._known(REAL, []))

    def send(self, alerts: Sequence[Alert], until_ns: int) -> None:
        """See `AlertSender.send`."""
        self._expect_somebody()
        try:
            order_alerts(self._home, alerts, until_ns)
        except OSError as error:
            raise self._unwritable(error) from error

    def send_summary(self, subject: str, text: str, report: str, now_ns: int) -> None:  # noqa: ARG002 - the promise's
        """See `AlertSender.send_summary`."""
        self._expect_somebody()
        try:
            order_mail(self._home, subject, text)
        except OSError as error:
            raise self._unwritable(error) from error

    def handed(self, channel: Channel) -> Handed:
        """See `AlertSender.handed`."""
        return Handed(*self._known(HANDED, {}).get(channel, (0, 0)))

    def _known(self, name: str, nothing: Any) -> Any:
        rows: list[Any] = self._db.rows("SELECT value FROM state WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else nothing

    def _expect_somebody(self) -> None:
        progress = Progress.read(self._home)
        if progress is None or not progress.goes_on:
            raise NotReady("nobody sends alerts: the process that watches does not run", hint="phoenix-dev status")

    def _unwritable(self, error: OSError) -> NotReady:
        return NotReady(f"{self._home} cannot be written: {error.strerror}", hint=f"ls -ld {quote(str(self._home))}")
