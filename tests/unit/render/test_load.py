"""A load as it is shown."""

from __future__ import annotations

from dataclasses import replace

from phoenix_dev.model.exchange import Expectation
from phoenix_dev.model.load import Attempt, Entry, Fired, LoadPlan, LoadReport, spread
from phoenix_dev.render.load import load_json, load_lines
from phoenix_dev.render.output import json_text

PLAN = LoadPlan(10, 2, "constant", 7)
ATTEMPTS = tuple(
    Attempt(n / 10, n / 10 + 0.001, n / 10 + 0.05 + n / 100, 503 if n == 3 else 200, "a", "b") for n in range(20)
)
LOST = replace(ATTEMPTS[4], status=0, broken="hung up\x1b[31m before it had answered")
FIRED = Fired("GET", "http://shop/", PLAN, 20, (*ATTEMPTS[:4], LOST, *ATTEMPTS[5:]), 0)
REPORT = LoadReport(
    FIRED, Entry("shop\x1b]0;x", "GET /"), (Expectation("19 requests counted", False, "18 of shop\x07"),)
)


def shown(report: LoadReport, width: int = 100) -> list[str]:
    return [line.plain for line in load_lines(report, width=width, clip=True)]


def test_counts_durations_and_comparisons_are_shown_and_nothing_raw() -> None:
    lines = shown(REPORT)
    assert lines[:4] == [
        "20 of 20 requests sent, 10/s",
        "       18 answered 200",
        "        1 answered 503",
        "        1 without an answer: it hung up\\x1b[31m before it had answered",
    ]
    assert lines[5].split() == ["p50", "p90", "p95", "p99", "most"]
    assert lines[6].split()[:3] == ["latency", "150", "ms"]
    assert lines[-1].startswith("✗ 19 requests counted  18 of shop")
    assert not any(char in "".join(lines) for char in "\x1b\x07")
    assert max(map(len, shown(REPORT, 60))) <= 60


def test_json_says_the_same() -> None:
    told = load_json(REPORT)
    json_text(told)
    assert (told["sent"], told["answered"], told["errors"], told["statuses"]) == (20, 19, 1, {"200": 18, "503": 1})
    assert told["rate_kept"]
    assert sum(part["count"] for part in told["histogram"]) == 19
    assert told["comparisons"] == [{"expected": "19 requests counted", "met": False, "found": "18 of shop\x07"}]


def test_a_rate_that_was_not_kept_and_an_end_before_the_end_are_told() -> None:
    late = replace(FIRED, attempts=(*ATTEMPTS[:19], replace(ATTEMPTS[19], sent_s=3.5, done_s=3.6)))
    assert late.behind_s == 3.5 - 1.9
    cut = replace(FIRED, attempts=ATTEMPTS[:5], interrupted=True)
    assert shown(LoadReport(cut))[0] == "5 of 20 requests sent, 12.5/s, then interrupted"


def test_nothing_that_was_sent_is_shown_too() -> None:
    nothing = replace(FIRED, attempts=(), interrupted=True)
    assert shown(LoadReport(nothing)) == ["0 of 20 requests sent, 0/s, then interrupted"]
    assert load_json(LoadReport(nothing))["latency_ms"] == dict.fromkeys(("p50", "p90", "p95", "p99", "most"))
    assert spread([0.01, 0.01], 40) == ((0.01, 2),)
