"""What was refused is remembered within bounds."""

from __future__ import annotations

import threading

from phoenix_dev.model.refusal import Refusal
from phoenix_dev.receiver.refusals import MOST_CHARACTERS, MOST_REASONS, Refusals


def note(refusals: Refusals, reason: str, time_ns: int = 1, items: int = 0, service: str = "billing") -> None:
    refusals.note(
        protocol="http",
        signal="traces",
        reason=reason,
        service=service,
        items=items,
        peer=f"127.0.0.{time_ns}",
        time_ns=time_ns,
    )


def test_the_same_refusal_is_counted_not_repeated() -> None:
    refusals = Refusals()
    note(refusals, "too large", time_ns=5, items=2)
    note(refusals, "too large", time_ns=9, items=3)
    assert refusals.snapshot() == (
        Refusal("http", "traces", "too large", "billing", items=5, count=2, first_ns=5, last_ns=9, peer="127.0.0.9"),
    )


def test_another_service_is_another_refusal() -> None:
    refusals = Refusals()
    note(refusals, "too large")
    note(refusals, "too large", service="shipping")
    assert [refusal.service for refusal in refusals.snapshot()] == ["billing", "shipping"]


def test_the_one_seen_longest_ago_gives_way() -> None:
    refusals = Refusals()
    for number in range(MOST_REASONS):
        note(refusals, f"reason {number}")
    note(refusals, "reason 0")
    note(refusals, "one more")
    reasons = [refusal.reason for refusal in refusals.snapshot()]
    assert len(reasons) == MOST_REASONS
    assert reasons[-2:] == ["reason 0", "one more"]
    assert "reason 1" not in reasons


def test_long_texts_are_cut() -> None:
    refusals = Refusals()
    note(refusals, "x" * 1_000_000, service="\x1b[31m" * 1000)
    (refusal,) = refusals.snapshot()
    assert len(refusal.reason) == len(refusal.service) == MOST_CHARACTERS


def test_threads_lose_no_count() -> None:
    refusals = Refusals()

    def note_many() -> None:
        for _ in range(500):
            note(refusals, "busy")

    threads = [threading.Thread(target=note_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals.snapshot()[0].count == 4000
