"""What one evaluation may cost: what would take all memory, or end next week, is refused."""

from __future__ import annotations

from time import monotonic

from phoenix_dev.stores.expressions import WrongExpression

#: Values of one part of an expression, steps of one subquery, samples that are read for all of it, and its time.
MOST_VALUES, MOST_STEPS, MOST_SAMPLES, MOST_SECONDS = 5_000_000, 250_000, 20_000_000, 60.0


class Allowance:
    """What is left for one evaluation and its subqueries. Each method raises WrongExpression where it is too much."""

    def __init__(self) -> None:
        self._samples = MOST_SAMPLES
        self._until = monotonic() + MOST_SECONDS

    def read(self, samples: int) -> None:
        """So many samples are read, and held until the end."""
        self._samples -= samples
        if self._samples < 0:
            raise WrongExpression(f"it reads more than {MOST_SAMPLES:,} samples: fewer series, or a shorter time")

    def hold(self, series: int, steps: int) -> None:
        """So many series have a place for a value at each step."""
        if series * steps > MOST_VALUES:
            raise WrongExpression(
                f"{series:,} series at {steps:,} steps are more than {MOST_VALUES:,} values: "
                "fewer series, or a longer step"
            )

    def go_on(self) -> None:
        """There is more to work out."""
        if monotonic() > self._until:
            raise WrongExpression(f"it takes more than {MOST_SECONDS:g} s: fewer series, or a longer step")
