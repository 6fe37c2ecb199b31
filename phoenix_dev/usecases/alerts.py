"""`alerts`: what the rules say, and what was sent about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.alert import SEVERITIES, Rules

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Channel, Delivery
    from phoenix_dev.stores import Stores

_ORDER = ("firing", "pending", "inactive")


def alert_states(stores: Stores) -> Rules:
    """Every rule: those that fire first, then those that soon may; of these the most urgent first."""
    rules = stores.alerts.rules()
    order = sorted(rules, key=lambda rule: (_ORDER.index(rule.state), SEVERITIES.index(rule.severity), rule.name))
    return Rules(tuple(order), rules.lacks)


def delivered(stores: Stores, since_ns: int, channel: Channel | None) -> tuple[Delivery, ...]:
    """What the inbox took since then, for one channel or all of them, oldest first."""
    return tuple(one for one in stores.alerts.deliveries(since_ns) if channel in (None, one.channel))
