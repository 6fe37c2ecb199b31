"""Carries messages to channels that reach people, beside whatever makes them: in order, and again until taken."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.alerting.sending import Undelivered
from phoenix_dev.model.alert import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.model.alert import Channel, Delivery

#: Messages that wait for a channel at most; the oldest give way.
_MOST = 200


@dataclass(frozen=True, slots=True)
class Patience:
    """How long until a message is tried again (seconds): the first time, at most; and after how long it is given up."""

    first_s: float = 1.0
    most_s: float = 60.0
    given_up_s: float = 3600.0


class Courier:
    """`send` hands a message over, or raises Undelivered. `tell` hears what became of each: why it was not delivered,
    empty when it was; it is called by threads of the courier.

    A message waits for those before it to the same channel: what ended must not overtake what began.
    """

    def __init__(
        self,
        send: Callable[[Delivery], None],
        tell: Callable[[Delivery, str], None],
        patience: Patience | None = None,
    ) -> None:
        self._send = send
        self._tell = tell
        self._patience = patience or Patience()
        self._changed = threading.Condition()
        self._waiting: dict[Channel, deque[Delivery]] = {channel: deque() for channel in CHANNELS}
        self._over = False
        self._threads: dict[Channel, threading.Thread] = {}

    def take(self, delivery: Delivery) -> None:
        """Have a message delivered; returns at once."""
        given_up = None
        with self._changed:
            waiting = self._waiting[delivery.channel]
            if len(waiting) >= _MOST:
                given_up = waiting.popleft()
            waiting.append(delivery)
            self._changed.notify_all()
            if delivery.channel not in self._threads:
                thread = threading.Thread(target=self._carry, args=(delivery.channel,), daemon=True)
                self._threads[delivery.channel] = thread
                thread.start()
        if given_up is not None:
            self._tell(given_up, f"more than {_MOST} messages wait for {delivery.channel}")

    def close(self, patience_s: float = 1.0) -> None:
        """Stop; what is under way may end within the patience."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        deadline = time.monotonic() + patience_s
        for thread in self._threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))

    def _carry(self, channel: Channel) -> None:
        waiting = self._waiting[channel]
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._over or waiting)
                if self._over:
                    return
                delivery = waiting.popleft()
            why = self._delivered(delivery)
            if why is not None:
                with contextlib.suppress(Exception):  # whoever hears it cannot stop what comes after
                    self._tell(delivery, why)

    def _delivered(self, delivery: Delivery) -> str | None:
        """Why a message was not delivered at last, empty when it was; None when it is over before that is known."""
        began, pause = time.monotonic(), self._patience.first_s
        while True:
            try:
                self._send(delivery)
            except Undelivered as error:
                if not error.again or time.monotonic() - began + pause > self._patience.given_up_s:
                    return str(error)
            except Exception as error:  # noqa: BLE001 - one message must not end the delivery of all others
                return f"{type(error).__name__}: {error}"
            else:
                return ""
            with self._changed:
                if self._changed.wait_for(lambda: self._over, pause):
                    return None
            pause = min(2 * pause, self._patience.most_s)
