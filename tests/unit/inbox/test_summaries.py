"""The mail about a day or a week: what it says, and that each goes out once."""

from __future__ import annotations

import time
from array import array
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.inbox.schedule import FILE, Schedule, last_due
from phoenix_dev.inbox.summary import Summary, grown, summary, summary_alert
from phoenix_dev.promql import evaluate
from phoenix_dev.promql.source import Stream
from phoenix_dev.signals import figures
from tests.promql.series import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from phoenix_dev.inbox.summary import Report

HOUR, DAY = 3600.0, 86_400.0
#: What is asked, by what tells the question from the others, and the answer.
ANSWERS: dict[str, list[tuple[Mapping[str, str], float]]] = {
    "STATUS_CODE_ERROR": [({"service_name": "orchestrator"}, 12.0)],
    "histogram_quantile": [({"service_name": "orchestrator"}, 0.48), ({"service_name": "llm\x1b[2J"}, float("nan"))],
    "calls_total": [({"service_name": "llm\x1b[2J"}, 300.4), ({"service_name": "orchestrator"}, 1204.0)],
    'duration_seconds_count{error_type!=""': [({}, 4.0)],
    "duration_seconds_count": [({}, 320.0)],
    "token_usage": [({"gen_ai_token_type": "output"}, 20_304.0), ({"gen_ai_token_type": "input"}, 100_000.0)],
    "ALERTS": [
        ({"alertname": "Latency", "severity": "warning"}, 2.0),
        ({"alertname": "Errors", "severity": "critical"}, 1.0),
    ],
}


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A time zone with summer time, as `up` tells it to the container."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> float:
    """A moment in UTC, as Unix seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_a_summary_tells_requests_errors_latency_the_model_and_the_alerts() -> None:
    def ask(expression: str) -> list[tuple[Mapping[str, str], float]]:
        assert "[7d" in expression
        return next(answer for part, answer in ANSWERS.items() if part in expression)

    made = summary("weekly", "shop", at("2026-07-13 05:00"), ask, "http://127.0.0.1:3000")
    assert made.subject == "[shop] weekly summary"
    assert made.text.splitlines() == [
        "shop: the week up to 2026-07-13 07:00 CEST",
        "",
        "Requests: 1,504",
        "  service                              requests           errors       p95",
        "  orchestrator                            1,204       12 (1.0 %)    480 ms",
        "  llm\\u001b[2J                              300                0         -",
        "",
        "Language model: 320 calls, 4 (1.2 %) failed",
        "  tokens: 100,000 input, 20,304 output",
        "",
        "Alerts that fired:",
        "  critical   Errors                                1 ×",
        "  warning    Latency                               2 ×",
        "",
        "Dashboards: http://127.0.0.1:3000",
    ]


def test_it_counts_as_metrics_and_slo_do() -> None:
    """The inbox imports nothing of ours, so it says this a second time."""
    assert grown('calls{a="b"}', "{window}") == figures.grown('calls{a="b"}')


def test_what_a_service_sends_and_is_scraped_for_counts_once() -> None:
    """And what it is only scraped for counts as well."""
    calls, begin = "gen_ai_client_operation_duration_seconds_count", 600_000
    times = array("q", range(begin, begin + 60_001, 15_000))

    def counter(service: str, scraped: str, grows: float) -> Stream:
        labels = {"__name__": calls, "service_name": service} | ({"phoenix_scraped": "true"} if scraped else {})
        return Stream(labels, times, array("d", (grows * number for number in range(len(times)))))

    kept = Kept([counter("llm", "", 10), counter("llm", "yes", 9), counter("other", "yes", 1)])

    def ask(expression: str) -> list[tuple[Mapping[str, str], float]]:
        found = evaluate.at(kept, expression, begin + 60_000)
        return [(one.labels, one.samples[0][1]) for one in found]

    assert "Language model: 44 calls, 0 failed" in summary("daily", "shop", 660, ask, "").text


def test_a_summary_of_one_report_and_period_is_one_alert_of_the_route_for_summaries() -> None:
    until, made = at("2026-07-13 05:00"), Summary("subject", "text")
    first, again = (summary_alert("weekly", made, until, now) for now in (until, until + 90))
    assert first["labels"] == again["labels"] == {
        "alertname": "WeeklySummary", "report": "weekly", "period": "2026-07-13T05:00:00.000+00:00"
    }  # fmt: skip
    assert (first["startsAt"], first["endsAt"]) == ("2026-07-13T05:00:00.000+00:00", "2026-07-13T05:10:00.000+00:00")
    assert again["endsAt"] == "2026-07-13T05:11:30.000+00:00"
    assert first["annotations"] == {"summary": "subject", "description": "text"}


def test_of_a_quiet_day_it_says_so() -> None:
    text = summary("daily", "shop", at("2026-07-13 05:00"), lambda _: []).text
    assert "Requests: none." in text
    assert "Language model: no calls." in text
    assert "Alerts: none fired." in text


@pytest.mark.parametrize(
    ("report", "now", "due"),
    [
        ("daily", "2026-07-14 04:59", "2026-07-13 05:00"),
        ("daily", "2026-07-14 05:00", "2026-07-14 05:00"),
        ("daily", "2026-03-29 06:00", "2026-03-29 05:00"),  # the night in which the clocks went forward
        ("daily", "2026-10-25 05:30", "2026-10-24 05:00"),  # and back
        ("weekly", "2026-07-14 12:00", "2026-07-13 05:00"),
        ("weekly", "2026-07-13 04:00", "2026-07-06 05:00"),
    ],
)
def test_due_at_seven_by_the_local_clock(report: Report, now: str, due: str) -> None:
    assert last_due(report, at(now)) == at(due)


class Sent:
    """What a schedule sent, and the clock it goes by."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = at("2026-07-11 12:00")  # a Saturday
        self.all: list[tuple[str, float]] = []
        self.fails = False
        self.restart()

    def restart(self) -> None:
        self.schedule = Schedule(self.folder, self._send, lambda: self.now)

    def look(self, now: str) -> list[str]:
        """What goes out by that moment."""
        self.now, before = at(now), len(self.all)
        self.schedule.send_what_is_due()
        return [report for report, _ in self.all[before:]]

    def _send(self, report: Report, due: float, _: float) -> None:
        if self.fails:
            raise RuntimeError("nobody answers")
        self.all.append((report, due))


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    return Sent(tmp_path)


def test_each_period_once_over_restarts_and_none_before_the_first_start(sent: Sent) -> None:
    assert sent.look("2026-07-11 12:00") == []
    assert sent.look("2026-07-12 04:59") == []
    assert sent.look("2026-07-12 05:01") == ["daily"]
    assert sent.look("2026-07-12 05:02") == []
    sent.restart()
    assert sent.look("2026-07-12 05:03") == []
    assert sent.look("2026-07-14 12:00") == ["daily", "weekly"], "late, but once, and what was missed is not piled up"
    assert sent.all[-1] == ("weekly", at("2026-07-13 05:00"))


def test_what_cannot_be_sent_is_sent_later(sent: Sent) -> None:
    sent.look("2026-07-11 12:00")
    sent.fails = True
    with pytest.raises(RuntimeError):
        sent.look("2026-07-12 05:01")
    sent.restart()
    sent.fails = False
    assert sent.look("2026-07-12 09:00") == ["daily"]


def test_killed_while_sending_it_is_sent_again_only_while_nobody_would_get_it_twice(sent: Sent) -> None:
    sent.look("2026-07-11 12:00")
    (sent.folder / FILE).write_text(
        f'{{"weekly": {{"due": {sent.now}, "outcome": "sent"}}, "daily": {{"due": {at("2026-07-12 05:00")}, '
        f'"outcome": "unknown", "tried": {at("2026-07-12 05:00")}}}}}'
    )
    sent.restart()
    assert sent.look("2026-07-12 05:06") == []
    assert sent.look("2026-07-12 05:04") == ["daily"]
