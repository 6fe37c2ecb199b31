"""When somebody is told of alerts, and of which: what Alertmanager does with the routes of the real stack.

An alert that begins waits for others of its group (`group_wait`); from then on the group is looked at every
`group_interval`, and told of when an alert has begun or ended, or when nothing changed for `repeat_interval`. What is
inhibited is not told of, neither that it fires nor that it ended (Alertmanager's packages dispatch, inhibit, notify).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from phoenix_dev.alerting.forms import Notice, Page, pagerduty_event, slack_message
from phoenix_dev.alerting.routes import THINGS, group_of, inhibitors
from phoenix_dev.model.alert import CHANNEL_OF, SEVERITIES, Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phoenix_dev.model.alert import Alert, Severity

_NS = 10**9
_UNITS_S = {"s": 1, "m": 60, "h": 3600}
_Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon people are told (nanoseconds)."""

    group_wait_ns: int = 10 * _NS
    group_interval_ns: int = 60 * _NS
    repeat_interval_ns: int = 4 * 3600 * _NS

    @classmethod
    def of(cls, group_wait: str, group_interval: str, repeat_interval: str) -> Pace:
        """Of the settings `alerts.group_wait` and so on: `10s`, `1m`, `4h`."""
        texts = (group_wait, group_interval, repeat_interval)
        return cls(*(int(text[:-1]) * _UNITS_S[text[-1]] * _NS for text in texts))

    def divided(self, time_scale: float) -> Pace:
        """That of a drill: nothing waits for others of its group, and the rest comes all the sooner. What was told is
        not told again any sooner.
        """
        if time_scale <= 1:
            return self
        return Pace(_NS, max(_NS, round(self.group_interval_ns / time_scale)), self.repeat_interval_ns)


@dataclass(slots=True)
class _Told:
    """What was last told of a group: the alerts that fired and those that had ended, and when."""

    firing: frozenset[str]
    resolved: frozenset[str]
    time_ns: int

    def misses(self, firing: frozenset[str], resolved: frozenset[str], now_ns: int, repeat_ns: int) -> bool:
        """Whether there is more to tell."""
        if not firing <= self.firing:
            return True
        if not firing:
            return bool(self.firing)
        return not resolved <= self.resolved or self.time_ns <= now_ns - repeat_ns


@dataclass(slots=True)
class _Members:
    """The alerts of a group by what they are; `ended` are those of them that fire no more."""

    flush_ns: int
    alerts: dict[str, Alert] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)


class Notifier:
    """Given what fires at every evaluation, tells what to send. It keeps no clock and sends nothing.

    `page`: where a message leads to. `things`: the labels that tell one thing from another. What it knows survives a
    restart by `remembered` and `remember`: without that, everything that still fires is told again.
    """

    def __init__(self, project: str, page: Page, pace: Pace | None = None, things: Sequence[str] = THINGS) -> None:
        self._project = project
        self._page = page
        self._things = things
        self._pace = pace or Pace()
        self._groups: dict[_Group, _Members] = {}
        self._told: dict[_Group, _Told] = {}

    def take(self, alerts: Sequence[Alert], now_ns: int) -> tuple[Delivery, ...]:
        """What is to be sent now, given all alerts of this evaluation; those that do not fire (yet) do not count.

        Call it at every evaluation, and at `due_ns` where that is earlier.
        """
        firing = [alert for alert in alerts if alert.state == "firing"]
        self._put_in_groups(firing, now_ns)
        return tuple(self._flushed(firing, now_ns))

    def set_pace(self, pace: Pace) -> None:
        """From now on so soon; a group that has a shorter time to wait now is not waited for any longer than that."""
        if pace.group_interval_ns < self._pace.group_interval_ns:
            for members in self._groups.values():
                members.flush_ns = 0
        self._pace = pace

    @property
    def due_ns(self) -> int | None:
        """When there may be something to send next (Unix nanoseconds); None when nothing is known to fire."""
        return min((members.flush_ns for members in self._groups.values()), default=None)

    def remembered(self) -> list[Any]:
        """What was told, as JSON has it."""
        return [[list(g), sorted(t.firing), sorted(t.resolved), t.time_ns] for g, t in self._told.items()]

    def remember(self, remembered: Sequence[Any]) -> None:
        """Take up what `remembered` gave before a restart. Raises ValueError, TypeError for what it did not give."""
        for group, firing, resolved, time_ns in remembered:
            self._told[tuple(map(str, group))] = _Told(frozenset(firing), frozenset(resolved), int(time_ns))

    def _put_in_groups(self, firing: Sequence[Alert], now_ns: int) -> None:
        now_firing: dict[_Group, dict[str, Alert]] = {}
        for alert in firing:
            now_firing.setdefault(group_of(alert), {})[_identity(alert)] = alert
        for group in now_firing.keys() - self._groups.keys():
            self._groups[group] = _Members(now_ns + self._pace.group_wait_ns)
        for group, members in self._groups.items():
            current = now_firing.get(group, {})
            members.alerts |= current
            members.ended = members.alerts.keys() - current.keys()
            # Nobody waits longer than that, unless the clock was set back.
            longest_ns = max(self._pace.group_wait_ns, self._pace.group_interval_ns)
            members.flush_ns = min(members.flush_ns, now_ns + longest_ns)

    def _flushed(self, firing: Sequence[Alert], now_ns: int) -> Iterator[Delivery]:
        # The most urgent first: whoever reads one message reads that.
        for group in sorted(self._groups, key=lambda one: (SEVERITIES.index(_severity(one)), one)):
            members = self._groups[group]
            if members.flush_ns > now_ns:
                continue
            if notice := self._notice(group, members, firing, now_ns):
                yield self._delivery(notice, now_ns)
            members.flush_ns = now_ns + self._pace.group_interval_ns
            for identity in members.ended:
                del members.alerts[identity]
            members.ended = set()
            if not members.alerts:
                del self._groups[group]
        self._forget(now_ns)

    def _notice(self, group: _Group, members: _Members, firing: Sequence[Alert], now_ns: int) -> Notice | None:
        """What of a group is to be told, if anything; it counts as told then."""
        free = {
            identity: alert
            for identity, alert in members.alerts.items()
            if not alert.silenced and not any(inhibitors(alert, firing, self._things))
        }
        if not free:
            return None
        on, off = frozenset(free.keys() - members.ended), frozenset(free.keys() & members.ended)
        before = self._told.get(group)
        wanted = before.misses(on, off, now_ns, self._pace.repeat_interval_ns) if before else bool(on)
        if not wanted:
            return None
        self._told[group] = _Told(on, off, now_ns)
        key = sha256("\0".join(group).encode("utf-8", "replace")).hexdigest()
        return Notice(_severity(group), group[1], key, _by_identity(free, on), _by_identity(free, off))

    def _delivery(self, notice: Notice, now_ns: int) -> Delivery:
        channel = CHANNEL_OF[notice.severity]
        form = pagerduty_event if channel == "pagerduty" else slack_message
        return Delivery(
            now_ns,
            channel,
            "firing" if notice.fires else "resolved",
            notice.severity,
            (notice.name,),
            notice.title,
            form(notice, self._project, self._page),
        )

    def _forget(self, now_ns: int) -> None:
        """What was told so long ago that it would be told again is not worth knowing."""
        oldest = now_ns - 2 * self._pace.repeat_interval_ns
        for group in [one for one, told in self._told.items() if told.time_ns < oldest and one not in self._groups]:
            del self._told[group]


def _identity(alert: Alert) -> str:
    return "\0".join(f"{name}={value}" for name, value in sorted(alert.labels.items()))


def _severity(group: _Group) -> Severity:
    return next(severity for severity in SEVERITIES if severity == group[0])


def _by_identity(alerts: Mapping[str, Alert], wanted: frozenset[str]) -> tuple[Alert, ...]:
    return tuple(alerts[identity] for identity in sorted(wanted))
