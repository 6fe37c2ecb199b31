"""A proof that a stack works from end to end: what was tried, one hop after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: `absent`: this runtime, or what of it runs, does not have it. `untried`: what it needs had failed before.
HopState = Literal["proven", "failed", "absent", "untried"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One thing that has to be so. `what` says it, `detail` what was found or why it is not so, both without a full
    stop; `hint` is what to run then.

    `duration_ns`: of what was sent, from sending until it was there; of a question, until it was answered; None when it
    was not tried.
    """

    name: str
    what: str
    state: HopState
    duration_ns: int | None = None
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """The request that was made up, and every hop."""

    trace_id: str
    correlation_id: str
    request_id: str
    hops: tuple[Hop, ...]

    @property
    def failed(self) -> tuple[Hop, ...]:
        """What is not as it has to be."""
        return tuple(hop for hop in self.hops if hop.state == "failed")
