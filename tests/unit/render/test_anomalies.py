"""What is unusual in logs, as it stands on a terminal of 80 columns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from phoenix_dev.model.anomaly import Anomaly, AnomalyReport
from phoenix_dev.model.log import LogLine
from phoenix_dev.render.anomalies import anomalies_json, anomaly_lines, summary
from tests.unit.render.samples import T0, TRACE_ID

MINUTE = 60 * 10**9
NEW = Anomaly(
    kind="new",
    service="llm-service",
    level="ERROR",
    template="quota of ‹*› exhausted, retry in ‹*›",
    templates=1,
    before=0,
    now=12,
    expected=0.0,
    slots=(*[0] * 64, *[1] * 12, *[0] * 4),
    surprise=24.7,
    score=64.7,
    period_ns=0,
    first_ns=T0 - 9 * MINUTE,
    last_ns=T0,
    example=LogLine(T0, "llm-service", 17, "quota of k-7 exhausted, retry in 16 s", TRACE_ID),
)
BEAT = replace(
    NEW, kind="vanished", service="orchestrator", level="INFO", template="alive ‹*›", before=240, now=8, expected=60.0,
    slots=(*[4] * 66, *[0] * 14), period_ns=15 * 10**9, example=LogLine(T0, "orchestrator", 9, "alive 4", ""),
)  # fmt: skip
WHOLE = replace(BEAT, kind="more", level="", template="", templates=4, now=9000, expected=1200.4, period_ns=0)
REPORT = AnomalyReport(
    baseline_ns=T0 - 75 * MINUTE,
    since_ns=T0 - 15 * MINUTE,
    until_ns=T0,
    recent_slots=16,
    lines=12431,
    templates=214,
    services=6,
    anomalies=(NEW, BEAT, WHOLE),
    reading_ns=1_200_000_000,
    comparing_ns=800_000_000,
)


def shown(report: AnomalyReport, limit: int = 20, *, clip: bool = True) -> list[str]:
    return [line.plain for line in anomaly_lines(report, limit, width=80, again=lambda line: line, clip=clip)]


def test_each_finding_says_what_how_often_and_shows_an_example() -> None:
    assert shown(REPORT) == [
        "WHAT        LEVEL SERVICE          THEN → NOW",
        "new         ERROR llm-service          0 → 12  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁███▁",
        "  quota of ‹*› exhausted, retry in ‹*›",
        "  04:05:06.000Z  quota of k-7 exhausted, retry in 16 s",
        f"  phoenix-dev trace {TRACE_ID}",
        "vanished    INFO  orchestrator         60 → 8  █████████████████▁▁▁",
        "  alive ‹*›",
        "  came every 15 s, the last at 04:05:06.000Z",
        "  04:05:06.000Z  alive 4",
        "×7.5 more         orchestrator  1,200 → 9,000  █████████████████▁▁▁",
        "  every line of it: 4 templates",
        "  04:05:06.000Z  alive 4",
    ]
    assert summary(REPORT) == (
        "the 15m 00s up to 04:05:06 UTC beside the 1h 00m before",
        "12,431 lines of 6 services, 214 templates; read in 1.2 s, compared in 800 ms",
    )
    assert len(shown(REPORT, 1)) == 5
    assert shown(replace(REPORT, anomalies=())) == []


@pytest.mark.parametrize(
    "fields", [{"service": "s" * 300}, {"template": "t " * 900}, {"expected": 1e12, "now": 10**12}]
)
def test_nothing_is_wider_than_the_terminal(fields: dict[str, object]) -> None:
    wide = replace(REPORT, anomalies=(replace(NEW, **fields), BEAT))  # type: ignore[arg-type]
    assert all(cell_len(line) <= 80 for line in shown(wide))
    piped = "\n".join(shown(wide, clip=False))
    assert all(str(value) in piped for value in fields.values() if isinstance(value, str) and value.strip() == value)


def test_json_holds_the_same_findings() -> None:
    told = anomalies_json(REPORT, 2)
    assert [(one["kind"], one["template"], one["period_ms"]) for one in told["anomalies"]] == [
        ("new", NEW.template, None), ("vanished", BEAT.template, 15_000)
    ]  # fmt: skip
    assert (told["truncated"], told["recent_slots"], len(told["anomalies"][0]["slots"])) == (True, 16, 80)
    assert anomalies_json(REPORT, 3)["anomalies"][2]["template"] == ""
