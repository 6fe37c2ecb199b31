"""What is promised about alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.alert import Alert, Channel, Delivery, Rules


class AlertStore(Protocol):
    """The rules, their alerts, and what was sent about them. Raises NotReady when nobody answers who knows of them."""

    def rules(self) -> Rules:
        """Every alerting rule with its alerts, by name, critical before warning before info. Where one of those who
        evaluate rules does not answer, its rules are not among them, and it is named.
        """
        ...

    def deliveries(self, since_ns: int) -> tuple[Delivery, ...]:
        """What the inbox took since then (Unix nanoseconds), oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Handed:
    """How often something was handed to a channel that reaches people, and how often it did not take it."""

    times: int
    failed: int


class AlertSender(Protocol):
    """The way that alerts take to people. Raises NotReady when what sends them does not answer."""

    @property
    def real(self) -> tuple[Channel, ...]:
        """The channels that reach people; what is for the others comes to the inbox."""
        ...

    def send(self, alerts: Sequence[Alert], until_ns: int) -> None:
        """Have alerts told as if a rule had fired, and resolved at a time (Unix nanoseconds) unless sent again."""
        ...

    def send_summary(self, subject: str, text: str, report: str, now_ns: int) -> None:
        """Have a mail sent; `report` is `daily` or `weekly`."""
        ...

    def handed(self, channel: Channel) -> Handed:
        """What a channel that reaches people was handed since whatever sends was started."""
        ...
