"""Checks run at once and in time, and whatever becomes of one is a finding."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from phoenix_dev.doctor.examination import Examination, Skip
from phoenix_dev.doctor.once import Once
from phoenix_dev.doctor.queues import engine_queue, grows
from phoenix_dev.doctor.refused import by_the_engine
from phoenix_dev.errors import NotReady
from phoenix_dev.model.finding import Finding, Severity, worst
from phoenix_dev.model.refusal import Refusal
from phoenix_dev.render.doctor import finding_lines, findings_json, summary_line
from phoenix_dev.runtime.compose.parts import PARTS
from phoenix_dev.telemetry.writer import MAX_QUEUED_BYTES
from phoenix_dev.usecases.doctor import diagnose

if TYPE_CHECKING:
    from collections.abc import Iterator


def fine() -> Iterator[Finding]:
    yield Finding("fine", Severity.OK, "as it should be")


def crashes() -> Iterator[Finding]:
    yield Finding("crashes", Severity.OK, "so far so good")
    raise ZeroDivisionError("by nought")


def does_not_apply() -> Iterator[Finding]:
    raise Skip("not here")


def not_ready() -> Iterator[Finding]:
    raise NotReady("the store cannot be used", hint="phoenix-dev up")


def test_findings_come_in_the_order_of_the_checks() -> None:
    seen = threading.Event()

    def waits() -> Iterator[Finding]:
        assert seen.wait(2)
        yield Finding("waits", Severity.OK, "after the other")

    def lets_go() -> Iterator[Finding]:
        seen.set()
        yield from fine()

    found = list(diagnose([Examination("waits", waits), Examination("fine", lets_go)]))
    assert [one.check for one in found] == ["waits", "fine"]


def test_a_check_that_crashes_is_a_finding_and_the_others_go_on() -> None:
    before, crashed, after = diagnose([Examination("crashes", crashes), Examination("fine", fine)])
    assert before.what == "so far so good"
    assert crashed.severity is Severity.WARNING
    assert "ZeroDivisionError: by nought" in crashed.what
    assert after.check == "fine"


def test_one_that_does_not_apply_is_skipped_with_its_reason() -> None:
    (found,) = diagnose([Examination("nowhere", does_not_apply)])
    assert (found.severity, found.what) == (Severity.SKIPPED, "not here")


def test_an_error_of_ours_keeps_its_hint_as_the_fix() -> None:
    (found,) = diagnose([Examination("store", not_ready)])
    assert (found.severity, found.what, found.fix) == (Severity.WARNING, "the store cannot be used", "phoenix-dev up")


def test_one_that_hangs_is_left_behind() -> None:
    over = threading.Event()

    def hangs() -> Iterator[Finding]:
        over.wait(20)
        yield from fine()

    begun = time.monotonic()
    checks = [
        Examination("hangs", hangs),
        Examination("hangs too", hangs, late=Severity.SKIPPED),
        Examination("fine", fine),
    ]
    found = list(diagnose(checks, within_s=0.2))
    over.set()
    assert time.monotonic() - begun < 10
    assert [one.severity for one in found] == [Severity.WARNING, Severity.SKIPPED, Severity.OK]
    assert "no answer within 0.2 s" in found[0].what


def test_only_an_error_fails_the_command() -> None:
    statuses = {severity: severity.exit_status for severity in Severity}
    assert [severity for severity, status in statuses.items() if status] == [Severity.ERROR]
    assert worst([]) is Severity.OK
    findings = [Finding("a", severity, "") for severity in (Severity.WARNING, Severity.ERROR, Severity.OK)]
    assert worst(findings) is Severity.ERROR


def test_a_fact_is_asked_for_once_however_many_want_it() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    answer = Once(ask)
    threads = [threading.Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answer() == 1

    def fails() -> int:
        asked.append(1)
        raise NotReady("no")

    failing = Once(fails)
    for _ in range(2):
        with pytest.raises(NotReady):
            failing()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0, 0, 0, 12, 40, 90], True),
        ([12, 40, 90], True),
        ([40, 90], False),
        ([90, 40, 12], False),
        ([5, 90, 40, 91], False),
        ([0, 6, 9], False),
        ([1, 2, 3], False),
        ([0, 0, 0, 0], False),
        ([], False),
    ],
)
def test_a_queue_grows_when_each_look_finds_more(values: list[float], told: bool) -> None:
    assert grows([(at, value) for at, value in enumerate(values)]) is told


@pytest.mark.parametrize(
    ("share", "severity"), [(0, Severity.OK), (0.4, Severity.OK), (0.6, Severity.WARNING), (0.95, Severity.ERROR)]
)
def test_what_waits_in_the_engine_is_compared_with_what_may(share: float, severity: Severity) -> None:
    (found,) = engine_queue(int(share * MAX_QUEUED_BYTES))
    assert found.severity is severity


def test_of_many_refusals_the_latest_are_told_and_the_rest_counted() -> None:
    refusals = [Refusal("http", "traces", f"reason {at}", "shop", 1, 1, at, at) for at in range(8)]
    found = list(by_the_engine(refusals))
    assert ["reason 7" in found[0].what, "reason 3" in found[4].what, "3 more" in found[5].what] == [True] * 3


HOSTILE = "\x1b[31mred\x07 [bold]x[/bold] \u202eevil " + "long " * 60


def test_what_is_hostile_is_shown_escaped_and_lines_fit_the_terminal() -> None:
    found = Finding("refused", Severity.WARNING, HOSTILE, fix="phoenix-dev status")
    lines = [line.plain for line in finding_lines(found, width=80)]
    assert 2 < len(lines) <= 6
    assert all(cell_len(line) <= 80 for line in lines)
    assert all(line.isprintable() for line in lines)
    assert "\\x1b[31mred" in lines[0]
    assert "[bold]x[/bold]" in lines[0]
    assert lines[-1].strip() == "fix: phoenix-dev status"


def test_piped_a_finding_is_one_line_and_its_fix_another() -> None:
    lines = [line.plain for line in finding_lines(Finding("a", Severity.ERROR, "x" * 300, "there", "run"), width=None)]
    assert lines == [f"✗ {'a':15}{'x' * 300} (there)", f"{'':17}fix: run"]


@pytest.mark.parametrize("check", [part.name for part in PARTS])
def test_the_longest_name_stands_apart_from_what_is_said(check: str) -> None:
    (line,) = finding_lines(Finding(check, Severity.OK, "runs"), width=80)
    assert line.plain.split() == ["✓", check, "runs"]


def test_what_was_skipped_is_counted_and_stands_in_the_json_only() -> None:
    findings = [Finding("a", Severity.SKIPPED, "not here"), Finding("b", Severity.OK, "well")]
    assert list(finding_lines(findings[0], width=80)) == []
    assert summary_line(findings).plain == "all is well; 1 check did not apply"
    assert [one["severity"] for one in findings_json(findings)["findings"]] == ["skipped", "ok"]
    assert summary_line([Finding("c", Severity.ERROR, "bad")]).plain == "1 error"
