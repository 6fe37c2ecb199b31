"""What fires, on its way to people: into the channels that are set up, and for the others into the inbox."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from phoenix_dev.alerting.courier import Courier
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
    from phoenix_dev.model.alert import Channel

#: Names of what is known after a restart, and read by commands.
TOLD, REAL, HANDED = "told", "channels", "handed"
_NOBODY = "phoenix-dev@localhost"


class Dispatch:
    """Tells of alerts. `home` is where commands leave what they want; `say` hears what no channel takes. `things` as in
    Notifier.
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
        self._outcomes: SimpleQueue[tuple[Channel, bool]] = SimpleQueue()
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
        self._notifier.take(firing, now_ns)

    @property
    def state(self) -> Mapping[str, str]:
        """What must be known after a restart, and what commands ask for."""
        while True:
            try:
                channel, taken = self._outcomes.get_nowait()
            except Empty:
                break
            self._times[channel] += 1
            self._failed[channel] += not taken
        handed = {channel: [self._times[channel], self._failed[channel]] for channel in CHANNELS}
        return {
            TOLD: json.dumps(self._notifier.remembered()),
            REAL: json.dumps(self._channels.real),
            HANDED: json.dumps(handed),
        }

    def set_pace(self, pace: Pace) -> None:
        """From now on people are told so soon."""
        self._notifier.set_pace(pace)

    def fires(self, alerts: Sequence[Alert]) -> None:
        """What the last evaluation found."""
        self._firing = tuple(alert for alert in alerts if alert.state == "firing")

    def turn(self, now_ns: int) -> Iterator[Delivery]:
        """Tell whoever is to be told now; what comes to the inbox."""
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
            self._courier.take(delivery)
        else:
            yield delivery

    def _heard(self, delivery: Delivery, why: str) -> None:
        """What became of a message; on a thread of the courier."""
        self._outcomes.put((delivery.channel, not why))
        if why:
            self._say(f"{delivery.title[:200]}: {why}")
