"""Requests that are sent at a rate, whatever comes of them: the plan, each attempt, and what is made of all of them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phoenix_dev.model.exchange import Expectation

ArrivalKind = Literal["poisson", "constant"]
_Number = TypeVar("_Number", int, float)
#: The rate is kept when the requests went out in the time that was planned for them, and this share and time (seconds)
#: more: a busy machine has slow moments.
_SHARE_LATE, _LATE_S = 0.05, 0.2


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """`rate` requests a second for `duration_s` seconds, at times of their own: in equal steps (`constant`), or as
    independent users send them (`poisson`, of which the seed decides). None waits for the answer of another.
    """

    rate: float
    duration_s: float
    arrivals: ArrivalKind
    seed: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. Times in seconds since the first could be due: when it was, when it went out, when its answer was
    whole or given up. `broken` says why there is no answer, as the end of a sentence; `status` is 0 then. `sent_s` is
    negative for one that never went out.
    """

    due_s: float
    sent_s: float
    done_s: float
    status: int
    trace_id: str
    span_id: str
    broken: str = ""

    @property
    def latency_s(self) -> float:
        """From when it was due: what its user waits, also for requests before it (no coordinated omission)."""
        return self.done_s - self.due_s

    @property
    def service_s(self) -> float:
        """From when it went out."""
        return self.done_s - self.sent_s

    @property
    def answered(self) -> bool:
        """Whether a whole answer came."""
        return not self.broken

    @property
    def failed(self) -> bool:
        """Whether the answer says that its server failed (RFC 9110, section 15.6)."""
        return self.answered and self.status >= 500


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Of some durations, in seconds, by nearest rank."""

    p50: float
    p90: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, durations: Iterable[float]) -> Quantiles | None:
        """Of these; None of none."""
        found = sorted(durations)
        return cls(*(nearest_rank(found, share) for share in (0.5, 0.9, 0.95, 0.99, 1.0))) if found else None


def nearest_rank(ordered: Sequence[_Number], share: float) -> _Number:
    """The least of some ordered values that at least this share of them does not exceed; there is at least one."""
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


@dataclass(frozen=True, slots=True)
class Entry:
    """What answers: the service and its span of a request, as traces and span metrics name them."""

    service: str
    operation: str
    kind: str = "server"


@dataclass(frozen=True, slots=True)
class Fired:
    """What was sent of a plan and what came back. `planned`: so many requests were to be sent; fewer were when it was
    `interrupted`. `untold`: why the stack did not take the spans of the requests themselves; empty when it did.
    """

    method: str
    url: str
    plan: LoadPlan
    planned: int
    attempts: tuple[Attempt, ...]
    began_ns: int
    interrupted: bool = False
    untold: str = ""

    @property
    def sent(self) -> tuple[Attempt, ...]:
        """Those that went out, whether or not they were answered."""
        return tuple(one for one in self.attempts if one.sent_s >= 0)

    @property
    def answered(self) -> int:
        """How many were answered."""
        return sum(one.answered for one in self.attempts)

    @property
    def failed(self) -> int:
        """How many were answered with a failure of the server."""
        return sum(one.failed for one in self.attempts)

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(one.status for one in self.attempts if one.answered)

    @property
    def unanswered(self) -> Counter[str]:
        """Why there was no answer, and how often."""
        return Counter(one.broken for one in self.attempts if not one.answered)

    @property
    def latency(self) -> Quantiles | None:
        """From when each was due."""
        return Quantiles.of(one.latency_s for one in self.attempts if one.answered)

    @property
    def service(self) -> Quantiles | None:
        """From when each went out."""
        return Quantiles.of(one.service_s for one in self.attempts if one.answered)

    @property
    def lateness(self) -> Quantiles | None:
        """How long after it was due each went out: what the sender itself adds."""
        return Quantiles.of(one.sent_s - one.due_s for one in self.sent)

    @property
    def rate(self) -> float:
        """How many went out a second."""
        seconds = max((one.sent_s for one in self.sent), default=0.0)
        return len(self.sent) / max(seconds, self.plan.duration_s if not self.interrupted else seconds, 1e-9)

    @property
    def behind_s(self) -> float:
        """How much later than planned the last went out, beyond what is no matter; 0 when the rate was kept."""
        due = max((one.due_s for one in self.attempts), default=0.0)
        out = max((one.sent_s if one.sent_s >= 0 else one.done_s for one in self.attempts), default=0.0)
        return out - due if out - due > due * _SHARE_LATE + _LATE_S else 0.0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What was sent, and how it compares with what the stack counted; nothing was compared without an `entry`."""

    fired: Fired
    entry: Entry | None = None
    comparisons: tuple[Expectation, ...] = ()


def spread(durations: Iterable[float], parts: int) -> tuple[tuple[float, int], ...]:
    """How many of some durations (seconds) are in each of so many parts, each reaching the same factor further than the
    one before: upper bounds and counts. Empty of none.
    """
    found = sorted(max(one, 1e-6) for one in durations)
    if not found:
        return ()
    factor = (found[-1] / found[0]) ** (1 / parts)
    counts = Counter(
        min(parts - 1, int(math.log(one / found[0]) / math.log(factor))) if factor > 1 else 0 for one in found
    )
    return tuple((found[0] * factor ** (part + 1), counts[part]) for part in range(parts if factor > 1 else 1))
