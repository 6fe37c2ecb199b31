"""How promises stand, as it is on a terminal and in JSON."""

from __future__ import annotations

from dataclasses import replace

from rich.cells import cell_len

from phoenix_dev.model.slo import Burn, ServiceLevel, SloState
from phoenix_dev.render.slo import level_lines, slo_json, slo_lines
from tests.unit.render.hostile import HOSTILE
from tests.unit.render.samples import T0

SECOND = 10**9
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND


def burns(*rates: float | None) -> tuple[Burn, ...]:
    return tuple(Burn(window, rate) for window, rate in zip((HOUR, 6 * HOUR, DAY, 3 * DAY), rates, strict=True))


KEPT = SloState(
    "answers", "orchestrator", 0.995, 1.0, 30 * DAY, 30 * DAY, 120_000, 300, burns(2.0, 0.5, None, 0.5), 15 * DAY // 2
)
MISSED = SloState("all", "", 0.99, 0.0, 7 * DAY, 20 * 60 * SECOND, 1_204, 22, burns(1.83, 1.83, 1.83, 1.83), None)
UNKNOWN = SloState("quiet", "nobody", 0.999, 0.0, 30 * DAY, 0, 0, 0, burns(None, None, None, None), None)


def shown(*slos: SloState) -> list[str]:
    lines = slo_lines(slos, now_ns=T0, width=80)
    return [line if isinstance(line, str) else line.plain for line in lines]


def test_each_promise_has_what_was_measured_its_budget_and_how_fast_that_burns() -> None:
    assert shown(KEPT, MISSED, UNKNOWN) == [
        "✓ answers  99.5 % within 30 d · orchestrator",
        "  good      no error, and within 1 s",
        "  measured  99.75 % of 120,000 requests, 300 bad",
        "  budget    ██████████┄┄┄┄┄┄┄┄┄┄ 50 % left",
        "  burn      1h 2 · 6h 0.5 · 1d – · 3d 0.5  used up in 7 d, 2026-10-12 16:05",
        "",
        "✗ all  99 % within 7 d · all services",
        "  good      no error",
        "  measured  98.2 % of 1,204 requests, 22 bad, over the 20m 00s that there are",
        "  budget    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ used up: 1.8 times what 7 d allow",
        "  burn      1h 1.83 · 6h 1.83 · 1d 1.83 · 3d 1.83",
        "",
        "· quiet  99.9 % within 30 d · nobody",
        "  good      no error",
        "  measured  nothing: no request was counted",
    ]


def test_one_that_burns_slowly_lasts() -> None:
    assert shown(replace(KEPT, burns=burns(0.5, 0.5, 0.5, 0.5), lasts_ns=None))[-1] == (
        "  burn      1h 0.5 · 6h 0.5 · 1d 0.5 · 3d 0.5  lasts at this rate"
    )


def test_a_budget_is_the_part_that_may_be_bad() -> None:
    assert KEPT.measured == 0.9975
    assert KEPT.left is not None
    assert abs(KEPT.left - 0.5) < 1e-9
    assert MISSED.left is not None
    assert MISSED.left < 0
    assert (UNKNOWN.measured, UNKNOWN.left, UNKNOWN.kept) == (None, None, True)


def test_json_says_the_same() -> None:
    (kept, _, unknown) = slo_json([KEPT, MISSED, UNKNOWN], [])["slos"]
    assert (kept["requests"], kept["bad"], kept["burn"]["1h"], kept["kept"]) == (120_000, 300, 2.0, True)
    assert (unknown["good_ratio"], unknown["budget_left_ratio"], unknown["burn"]["6h"]) == (None, None, None)
    (level,) = slo_json([], [ServiceLevel("web", 10, 0.9, None, 0.5)])["indicators"]
    assert level == {
        "service": "web",
        "requests": 10,
        "good_ratio": 0.9,
        "within_ms": 500.0,
        "good_within_ratio": None,
    }


def test_without_a_promise_it_is_told_what_one_could_be_about() -> None:
    levels = [ServiceLevel("api-gateway", 2618, 0.99951, 0.886, 0.5), ServiceLevel("llm", 4, 1.0, None, 0.5)]
    assert [line.plain for line in level_lines(levels, width=80)] == [
        "SERVICE      REQUESTS   NO ERROR  AND WITHIN 500 MS",
        "api-gateway     2,618   99.951 %             88.6 %",
        "llm                 4      100 %                  –",
    ]


def test_names_of_any_kind_stay_on_their_line() -> None:
    for text in HOSTILE:
        assert all(
            line.isprintable() and cell_len(line) <= 80 for line in shown(replace(KEPT, name=text, service=text))
        )
        (_, line) = level_lines([ServiceLevel(text + "x" * 99, 1, 1.0, 1.0, 0.5)], width=80)
        assert line.plain.isprintable()
        assert cell_len(line.plain) <= 80
