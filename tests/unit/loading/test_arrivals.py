"""When requests are due: by plan and seed alone."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.loading.arrivals import arrivals
from phoenix_dev.model.load import LoadPlan

PLANS = st.builds(
    LoadPlan,
    st.floats(0.1, 500),
    st.floats(0, 10),
    st.sampled_from(["poisson", "constant"]),
    st.integers(0, 2**40),
)


@given(PLANS)
def test_the_same_plan_gives_the_same_times_in_order_and_before_its_end(plan: LoadPlan) -> None:
    due = list(arrivals(plan))
    assert due == list(arrivals(plan))
    assert due == sorted(due)
    assert all(0 <= at < plan.duration_s for at in due)


def test_constant_arrivals_are_a_step_apart() -> None:
    due = list(arrivals(LoadPlan(20, 6, "constant", 1)))
    assert len(due) == 120
    assert all(abs(after - before - 0.05) < 1e-9 for before, after in pairwise(due))


def test_independent_users_come_at_the_rate_and_at_no_step() -> None:
    due = list(arrivals(LoadPlan(100, 100, "poisson", 1)))
    assert abs(len(due) - 10_000) < 4 * 100, "four standard deviations"
    gaps = sorted(after - before for before, after in pairwise(due))
    assert abs(gaps[len(gaps) // 2] - 0.00693) < 0.0005, "the median of an exponential distribution: ln 2 / rate"
    assert list(arrivals(LoadPlan(100, 100, "poisson", 2))) != due
