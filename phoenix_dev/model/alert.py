"""Alerts: what the rules say at this moment, and what was sent to whom about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["critical", "warning", "info"]
#: The most urgent first.
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
#: `pending`: its condition holds, for less time than the rule wants.
AlertState = Literal["inactive", "pending", "firing"]
Channel = Literal["pagerduty", "slack", "email"]
CHANNELS: tuple[Channel, ...] = ("pagerduty", "slack", "email")
#: Who hears of what (requirement R23); e-mail is for summaries.
CHANNEL_OF: Mapping[Severity, Channel] = {"critical": "pagerduty", "warning": "slack", "info": "slack"}
DeliveryStatus = Literal["firing", "resolved", "summary"]


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule's condition that holds for one set of labels (`alertname` and `severity` among them).

    `since_ns`: since when it holds (Unix nanoseconds). `inhibited_by`: what keeps it from being sent, in words; empty
    when nothing does. `value`: that of the rule's expression.
    """

    name: str
    severity: Severity
    state: AlertState
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    value: float
    since_ns: int
    inhibited_by: tuple[str, ...] = ()
    silenced: bool = False


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule and its alerts. `for_s`: how long its condition must hold (seconds). `trouble`: why it cannot be
    evaluated; empty when it can. `evaluated_ns`: when it last was, 0 for never.
    """

    name: str
    severity: Severity
    expression: str
    for_s: float
    state: AlertState
    alerts: tuple[Alert, ...]
    evaluated_ns: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Rules(Sequence[RuleState]):
    """The rules that are known. `lacks`: who would know of others and does not answer, a sentence each."""

    known: tuple[RuleState, ...]
    lacks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.known)

    @overload
    def __getitem__(self, index: int) -> RuleState: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RuleState, ...]: ...
    def __getitem__(self, index: int | slice) -> RuleState | tuple[RuleState, ...]:
        return self.known[index]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was sent to a channel, or would have been: where a channel is not set up, the inbox takes its place.

    `alerts`: the names of the alerts it tells of, each once; empty for a summary. `title`: one line for people. `body`:
    the message in the channel's own form: JSON as Slack and PagerDuty take it, the source of a mail (RFC 5322).
    """

    time_ns: int
    channel: Channel
    status: DeliveryStatus
    severity: Severity
    alerts: tuple[str, ...]
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whether something that was sent to see whether it arrives did, and how long that took (nanoseconds); None when it
    did not in time. `real`: the channel reaches people; what is known then is that it took the message.
    """

    severity: Severity
    channel: Channel
    real: bool
    took_ns: int | None
