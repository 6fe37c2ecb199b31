from __future__ import annotations

import pytest

from phoenix_dev.demo.breaker import Breaker, BreakerFamily, Permit
from phoenix_dev.demo.cache import Cache


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(3, 5.0, clock)
    for _ in range(3):
        assert breaker.ask().granted
        breaker.failed()
    return breaker


def test_a_breaker_opens_after_so_many_failures_in_a_row() -> None:
    breaker = Breaker(3, 5.0, Clock())
    assert [breaker.failed(), breaker.failed(), breaker.succeeded()] == [None, None, None]
    assert [breaker.failed(), breaker.failed(), breaker.failed()] == [None, None, "open"]


def test_an_open_breaker_says_how_long_to_wait() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2
    permit = breaker.ask()
    assert not permit.granted
    assert permit.retry_after == pytest.approx(3.0)


def test_after_the_cooldown_one_probe_goes_through_and_no_other() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 5
    assert breaker.ask() == Permit(granted=True, changed="half_open")
    assert not breaker.ask().granted


def test_a_good_probe_closes_and_a_bad_one_opens_again() -> None:
    clock = Clock()
    good, bad = opened(clock), opened(clock)
    clock.now += 5
    good.ask()
    bad.ask()
    assert (good.succeeded(), bad.failed()) == ("closed", "open")
    assert good.ask().granted
    assert not bad.ask().granted


def test_a_family_is_as_bad_as_its_worst_member_until_that_is_forgotten() -> None:
    clock = Clock()
    family = BreakerFamily(1, clock, idle=30.0)
    family.get("healthy", 5.0).succeeded()
    assert family.state() == "closed"
    family.get("ill", 5.0).failed()
    assert family.state() == "open"
    clock.now += 6
    family.get("ill", 5.0).ask()
    assert family.state() == "half_open"
    clock.now += 31
    assert family.state() == "closed"


def test_members_of_a_family_do_not_touch_each_other() -> None:
    family = BreakerFamily(1, Clock())
    family.get("ill", 5.0).failed()
    assert family.get("other", 5.0).ask().granted
    assert not family.get("ill", 5.0).ask().granted


def test_a_cache_displaces_what_went_longest_without_use() -> None:
    cache = Cache[str](2, {})
    cache.put("a", "1")
    cache.put("b", "2")
    assert cache.get("a") == "1"
    cache.put("c", "3")
    assert [cache.get(key) for key in "abc"] == ["1", None, "3"]


def test_what_a_cache_starts_with_stays() -> None:
    cache = Cache(1, {"known": "first"})
    for key in ("known", "a", "b"):
        cache.put(key, "learned")
    assert cache.get("known") == "first"
    assert len(cache) == 2
