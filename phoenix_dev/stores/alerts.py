"""What is promised about alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Delivery, RuleState


class AlertStore(Protocol):
    """The rules, their alerts, and what was sent about them. Raises NotReady when what knows them does not answer."""

    def rules(self) -> tuple[RuleState, ...]:
        """Every alerting rule with its alerts, by name, critical before warning before info."""
        ...

    def deliveries(self, since_ns: int) -> tuple[Delivery, ...]:
        """What the inbox took since then (Unix nanoseconds), oldest first."""
        ...
