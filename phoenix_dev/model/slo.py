"""How a promise about requests stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Burn:
    """How many times faster than it may the error budget burned within `window_ns`; None where nothing was asked.

    A burn of 1 uses it up within exactly the SLO's own window.
    """

    window_ns: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class SloState:
    """An SLO and what was measured of it (times in nanoseconds).

    `covered_ns` is how much of the `window_ns` there is anything of. Of so many `requests` so many were `bad`. `burns`
    are over the last hour, six hours, day and three days. `lasts_ns`: how long what is left of the budget lasts at the
    rate of the last hour; None where it lasts, or is used up already.
    """

    name: str
    service: str
    objective: float
    latency_s: float
    window_ns: int
    covered_ns: int
    requests: float
    bad: float
    burns: tuple[Burn, ...]
    lasts_ns: int | None

    @property
    def measured(self) -> float | None:
        """The part of the requests that were good; None where nothing was asked."""
        return 1 - self.bad / self.requests if self.requests else None

    @property
    def left(self) -> float | None:
        """What is left of the error budget: 1 is all of it, less than 0 more than was allowed."""
        return None if self.measured is None else 1 - (1 - self.measured) / (1 - self.objective)

    @property
    def kept(self) -> bool:
        """Whether the promise is kept, as far as there is anything to tell."""
        return self.left is None or self.left >= 0


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What an SLO of a service could be about: the part of its requests without an error, and of those that took no
    longer than `within_s` either. None where that is not known.
    """

    service: str
    requests: float
    good: float | None
    fast: float | None
    within_s: float
