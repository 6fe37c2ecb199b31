"""What fires, on its way to people: into the channels that are set up, and for the others into the inbox."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from phoenix_dev.alerting.courier import Courier, Patience
from phoenix_dev.alerting.forms import mail_source
from phoenix_dev.alerting.notifier import Notifier
from phoenix_dev.alerting.routes import THINGS
from phoenix_dev.alerting.sending import send
from phoenix_dev.model.alert import CHANNELS, Alert, Delivery
from phoenix_dev.watching.orders import AlertOrder, take_orders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from phoenix_dev.alerting.channels import Channels
    from phoenix_dev.alerting.forms import Page
    from phoenix_dev.alerting.notifier import Pace

#: Names of what is known after a restart, and read by commands.
TOLD, REAL, HANDED, WAITING = "told", "channels", "handed", "waiting"
_NOBODY = "phoenix-dev@localhost"


class Dispatch:
    """Tells of alerts. `home` is where commands leave what they want; `say` hears what no channel takes. `things` as in
    Notifier.

    A message for people is kept before it is sent (`state`, then `send_off`), and until its channel has taken it:
    whoever ends this process, the next one sends it.
    """

    def __init__(
        self,
        project: str,
        page: Page,
        pace: Pace,
        channels: Channels,
        home: Path,
        say: Callable[[str], None],
        things: Sequence[str] = THINGS,
    ) -> None:
        self._notifier = Notifier(project, page, pace, things)
        self._channels = channels
        self._home = home
        self._say = say
        self._courier = Courier(partial(send, channels=channels), self._heard)
        self._outcomes: SimpleQueue[tuple[Delivery, bool]] = SimpleQueue()
        self._left: list[Delivery] = []
        self._unsent: list[Delivery] = []
        self._on_the_way: dict[int, Delivery] = {}
        self._times: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._ordered: dict[str, tuple[Alert, int]] = {}
        self._firing: tuple[Alert, ...] = ()

    def remember(self, remembered: Mapping[str, str], firing: Sequence[Alert], now_ns: int) -> None:
        """Take up what `state` gave before a restart, and what fired then: that it ended meanwhile is told too."""
        try:
            self._notifier.remember(json.loads(remembered.get(TOLD, "[]")))
        except (ValueError, TypeError):
            self._say("what was told of alerts before is not known; what fires is told again")
        self._left = list(_unsent(remembered.get(WAITING, "[]"), now_ns, self._say))
        self._notifier.take(firing, now_ns)

    @property
    def is_changed(self) -> bool:
        """Whether `state` is to be kept now: a message is to be sent, or its channel has taken it."""
        return bool(self._unsent) or not self._outcomes.empty()

    @property
    def state(self) -> Mapping[str, str]:
        """What must be known after a restart, and what commands ask for."""
        waiting = self._waiting() if self.is_changed or self._left else {}
        handed = {channel: [self._times[channel], self._failed[channel]] for channel in CHANNELS}
        return {
            TOLD: json.dumps(self._notifier.remembered()),
            REAL: json.dumps(self._channels.real),
            HANDED: json.dumps(handed),
            **waiting,
        }

    def send_off(self) -> None:
        """Send what was handed over; `state` is kept."""
        unsent, self._unsent = self._unsent, []
        for delivery in unsent:
            self._courier.take(delivery)

    def _waiting(self) -> dict[str, str]:
        while True:
            try:
                delivery, taken = self._outcomes.get_nowait()
            except Empty:
                break
            self._times[delivery.channel] += 1
            self._failed[delivery.channel] += not taken
            self._on_the_way.pop(id(delivery), None)
        return {WAITING: json.dumps([asdict(one) for one in (*self._left, *self._on_the_way.values())])}

    def set_pace(self, pace: Pace) -> None:
        """From now on people are told so soon."""
        self._notifier.set_pace(pace)

    def fires(self, alerts: Sequence[Alert]) -> None:
        """What the last evaluation found."""
        self._firing = tuple(alert for alert in alerts if alert.state == "firing")

    def turn(self, now_ns: int) -> Iterator[Delivery]:
        """Tell whoever is to be told now; what comes to the inbox."""
        left, self._left = self._left, []
        for delivery in left:
            yield from self.hand_over(delivery)
        for order in take_orders(self._home):
            if isinstance(order, AlertOrder):
                self._ordered |= {repr(sorted(one.labels.items())): (one, order.until_ns) for one in order.alerts}
            else:
                yield from self.hand_over(self.mail(order.subject, order.text, now_ns))
        self._ordered = {key: (one, until) for key, (one, until) in self._ordered.items() if until > now_ns}
        ordered = [alert for alert, _ in self._ordered.values()]
        for delivery in self._notifier.take([*self._firing, *ordered], now_ns):
            yield from self.hand_over(delivery)

    def mail(self, subject: str, text: str, now_ns: int) -> Delivery:
        """A summary, as the mail that it is sent as."""
        email = self._channels.email
        sender, to = (email.sender, email.to) if email else (_NOBODY, _NOBODY)
        return Delivery(now_ns, "email", "summary", "info", (), subject, mail_source(subject, text, sender, to, now_ns))

    def hand_over(self, delivery: Delivery) -> Iterator[Delivery]:
        """Have a message delivered, or give it back for the inbox."""
        if self._channels.is_real(delivery.channel):
            self._on_the_way[id(delivery)] = delivery
            self._unsent.append(delivery)
        else:
            yield delivery

    def _heard(self, delivery: Delivery, why: str) -> None:
        """What became of a message; on a thread of the courier."""
        self._outcomes.put((delivery, not why))
        if why:
            self._say(f"{delivery.title[:200]}: {why}")


def _unsent(kept: str, now_ns: int, say: Callable[[str], None]) -> Iterator[Delivery]:
    """What was on its way when the process before ended, and can still be of use."""
    try:
        found = [Delivery(**{**one, "alerts": tuple(one["alerts"])}) for one in json.loads(kept)]
    except (ValueError, TypeError, LookupError):
        say("what was on its way to people is not known")
        return
    for delivery in found:
        if now_ns - delivery.time_ns < Patience().given_up_s * 10**9:
            yield delivery
        else:
            say(f"{delivery.title[:200]}: nobody was there to send it")
