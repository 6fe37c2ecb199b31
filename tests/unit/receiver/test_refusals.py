"""What was refused is remembered within bounds."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

from phoenix_dev.model.refusal import Refusal
from phoenix_dev.receiver.refusals import MOST_CHARACTERS, MOST_REASONS, MOST_SERVICES, Refusals

if TYPE_CHECKING:
    from phoenix_dev.model.refusal import Protocol


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
    (refusal,) = refusals.snapshot()
    assert refusal == Refusal("http", "traces", "too large", "billing", 5, 2, 5, 9, "127.0.0.9", ("billing",))


def test_one_reason_is_told_once_with_the_services_it_concerned() -> None:
    refusals = Refusals()
    for service in ("billing", "shipping", "", "billing"):
        note(refusals, "the disk is full", service=service)
    (refusal,) = refusals.snapshot()
    assert (refusal.count, refusal.service, refusal.services) == (4, "billing", ("shipping", "billing"))


def test_of_many_services_the_latest_are_told() -> None:
    refusals = Refusals()
    for number in range(100):
        note(refusals, "the disk is full", service=f"service {number}")
    (refusal,) = refusals.snapshot()
    assert refusal.services == tuple(f"service {number}" for number in range(100 - MOST_SERVICES, 100))


def test_numbers_and_names_make_no_other_reason_and_the_latest_stand() -> None:
    refusals = Refusals()
    note(refusals, "span 'a' of 12 has no ID: spans[3]")
    note(refusals, "span 'b' of 7 has no ID: spans[44]")
    note(refusals, 'span "it\'s" of 7 has no ID: spans[44]')
    assert [(refusal.reason, refusal.count) for refusal in refusals.snapshot()] == [
        ('span "it\'s" of 7 has no ID: spans[44]', 3)
    ]


def test_another_protocol_or_signal_is_another_refusal() -> None:
    refusals = Refusals()
    for protocol, signal in (("http", "logs"), ("grpc", "logs"), ("grpc", "traces")):
        refusals.note(protocol=cast("Protocol", protocol), signal=signal, reason="busy", time_ns=1)
    assert len(refusals.snapshot()) == 3


def test_the_one_seen_longest_ago_gives_way() -> None:
    refusals = Refusals()
    for number in range(MOST_REASONS):
        note(refusals, f"reason {'x' * number}.")
    note(refusals, "reason .")
    note(refusals, "one more")
    reasons = [refusal.reason for refusal in refusals.snapshot()]
    assert len(reasons) == MOST_REASONS
    assert reasons[-2:] == ["reason .", "one more"]
    assert "reason x." not in reasons


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
