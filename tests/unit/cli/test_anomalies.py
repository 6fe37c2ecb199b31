"""`anomalies` over a store, as it stands on a terminal and in JSON."""

from __future__ import annotations

import json
import time
import unicodedata
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from benchmarks.log_story import PLANTED, Story, exports
from phoenix_dev.model.log import LogLine
from tests.otlp import SECOND
from tests.unit.render.hostile import HOSTILE
from tests.waiting import least

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Invoke

MINUTE = 60 * SECOND
#: In which what is in the store has been compared, however many lines of these tests it is (seconds).
_SOON_S = 10.0


@pytest.mark.parametrize("lines", [20_000, pytest.param(200_000, marks=pytest.mark.long)])
def test_what_was_planted_among_many_lines_is_found_in_the_store(
    invoke: Invoke, keep: Callable[..., None], lines: int
) -> None:
    keep(*exports(Story(lines, time.time_ns() - SECOND).lines()))
    printed = []

    def seconds() -> float:
        begun = time.monotonic()
        printed.append(invoke("anomalies", "--json", "--limit", "5").stdout)
        return time.monotonic() - begun

    took = least(seconds, _SOON_S)
    told = json.loads(printed[-1])
    assert {(one["kind"], one["template"]) for one in told["anomalies"]} >= PLANTED
    error = told["anomalies"][0]
    assert (error["kind"], error["level"], error["now"], error["before"]) == ("new", "ERROR", 12, 0)
    shown = invoke("anomalies")
    assert f"phoenix-dev trace {error['example']['trace_id']}" in shown.stdout
    assert "THEN → NOW" in shown.stdout.splitlines()[0]
    assert "6 services" in shown.stderr
    assert took <= _SOON_S, (
        f"{took:.1f} s at best, again and again for a minute: is the machine busy with something else?"
    )


def test_only_of_some_services_or_levels(invoke: Invoke, keep: Callable[..., None]) -> None:
    now = time.time_ns() - SECOND
    past = [LogLine(now - n * MINUTE, service, 9, "alive", "") for n in range(75) for service in ("a", "b")]
    loud = (("a", 9), ("a", 9), ("a", 17), ("b", 17))
    new = [LogLine(now, service, severity, f"boom of {service}", "") for service, severity in loud]
    keep(*exports(sorted([*past, *new])))
    assert invoke("anomalies").stdout.count("boom of") == 6
    assert invoke("anomalies", "--service", "b").stdout.count("boom of b") == 2
    assert "boom of a" not in invoke("anomalies", "--service", "b").stdout
    assert invoke("anomalies", "--level", "error", "--service", "a").stdout.count("boom of") == 2
    cut = invoke("anomalies", "--limit", "1")
    assert (cut.stdout.count("boom of"), "2 less telling" in cut.stderr) == (2, True)


@pytest.mark.parametrize("hostile", [*HOSTILE, "m" * 1_000_000], ids=lambda text: ascii(text[:20]))
def test_whatever_a_line_says_it_stays_in_its_place(
    invoke: Invoke, keep: Callable[..., None], hostile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phoenix_dev.render.output.Output.clip", True)
    said = hostile.encode("utf-8", "replace").decode()
    now = time.time_ns() - SECOND
    past = [LogLine(now - n * MINUTE, "a", 9, "alive", "") for n in range(75)]
    keep(*exports(sorted([*past, LogLine(now, f"a{said[:4000]}", 17, f"boom {said}", "ab" * 16)])))
    lines = invoke("anomalies").stdout.splitlines()
    assert len(lines) == 5
    assert all(cell_len(line) <= 80 for line in lines)
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"} for line in lines for char in line)


def test_what_cannot_be_compared(invoke: Invoke, keep: Callable[..., None]) -> None:
    keep()
    ran = invoke("anomalies")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr.startswith("nothing can be compared: no log lies before that time")
    assert invoke("anomalies", "--since", "0s").exit_code == 2


@pytest.mark.parametrize("asked", [("--since", "9999d"), ("--baseline", "99999d"), ("--until", "9999-12-31")])
def test_however_far_is_asked_for(invoke: Invoke, keep: Callable[..., None], asked: tuple[str, ...]) -> None:
    keep(*exports([LogLine(time.time_ns() - SECOND, "a", 9, "alive", "")]))
    assert invoke("anomalies", *asked).exit_code == 0
