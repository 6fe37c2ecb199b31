"""Rules evaluated over what was counted: pending, firing, told, resolved, across restarts; by a clock of the test's."""

from __future__ import annotations

import threading
from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.inbox.summary import summary
from phoenix_dev.model.alert import Alert
from phoenix_dev.promql import evaluate
from phoenix_dev.promql.parse import parsed
from phoenix_dev.settings import Alerts
from phoenix_dev.signals.indicator import Level
from phoenix_dev.signals.names import CALLS
from phoenix_dev.signals.own import own_indicator
from phoenix_dev.signals.tuning import Slo, Tuning
from phoenix_dev.telemetry.series.reader import EmbeddedSeries
from phoenix_dev.usecases.try_alerts import try_alerts
from phoenix_dev.watching.alert_sender import EmbeddedAlertSender
from phoenix_dev.watching.engine import ENGINE_SERIES
from phoenix_dev.watching.interval import every_ms
from phoenix_dev.watching.settings import WatchSettings
from phoenix_dev.watching.summaries import Summaries
from tests import otlp
from tests.answering import Says, answering
from tests.unit.watching.conftest import Watched
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from phoenix_dev.inbox.summary import Report, Summary
    from phoenix_dev.model.alert import RuleState

#: Three minutes of a rule are three seconds, a window of a minute is one of fifteen seconds.
DRILL = WatchSettings(tuning=Tuning(time_scale=60))
SECOND = 1_000


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Watched]:
    home = tmp_path / "drill"
    home.mkdir()
    made = Watched(home, settings=DRILL)
    yield made
    made.close()


def requests(service: str, good: int, bad: int = 0) -> object:
    trace_id = otlp.new_trace_id()
    spans = [otlp.span(trace_id, "GET /", kind=2, error="no" if n < bad else None) for n in range(good + bad)]
    return otlp.traces(service, *spans)


def rule(watched: Watched, name: str, severity: str) -> RuleState:
    return next(one for one in watched.alerts.rules() if (one.name, one.severity) == (name, severity))


def state(watched: Watched, name: str = "ServiceErrorRate", severity: str = "critical") -> str:
    return rule(watched, name, severity).state


def told(watched: Watched) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(one.channel, one.status, one.severity, one.alerts) for one in watched.alerts.deliveries(0)]


def test_what_fails_for_long_enough_fires_is_told_and_is_resolved(drill: Watched) -> None:
    """As many errors as the demo's fault llm-errors makes; in a drill, as the clock of the test has it."""
    for _ in range(3):
        drill.keep(requests("llm-service", 5))
        drill.evaluate(SECOND)
    assert state(drill) == "inactive"
    seen: list[str] = []
    while len(seen) < 8:
        drill.keep(requests("llm-service", 1, bad=4))
        drill.evaluate(SECOND)
        seen.append(state(drill))
    assert seen == ["pending"] * 3 + ["firing"] * 5
    (alert,) = rule(drill, "ServiceErrorRate", "critical").alerts
    assert alert.labels == {"alertname": "ServiceErrorRate", "severity": "critical", "service_name": "llm-service"}
    assert alert.annotations["summary"] == f"llm-service: {100 * alert.value:.4g}% of its requests fail"
    assert (drill.now_ms - alert.since_ns // 10**6) == 7 * SECOND
    (warning,) = rule(drill, "ServiceErrorRate", "warning").alerts
    assert warning.inhibited_by == ("critical ServiceErrorRate",)
    # A second after it fired; the warning, which says less, is not told.
    assert told(drill) == [("pagerduty", "firing", "critical", ("ServiceErrorRate",))]
    assert "llm-service" in drill.alerts.deliveries(0)[0].title
    (fires,) = drill.streams("ALERTS", alertname="ServiceErrorRate", alertstate="firing", severity="critical")
    assert fires.values[-1] == 1

    for _ in range(20):  # no requests at all are no failing ones
        drill.evaluate(SECOND)
    assert state(drill) == "inactive"
    assert told(drill)[-1] == ("pagerduty", "resolved", "critical", ("ServiceErrorRate",))
    assert len(told(drill)) == 2


def test_a_clock_that_is_set_back_keeps_nobody_waiting(drill: Watched) -> None:
    def fail(turns: int) -> None:
        for _ in range(turns):
            drill.keep(requests("llm-service", 1, bad=4))
            drill.evaluate(SECOND)

    drill.now_ms += 7200 * SECOND
    drill.keep(requests("llm-service", 5))
    drill.evaluate(SECOND)
    fail(2)
    assert state(drill) == "pending"
    drill.now_ms -= 3600 * SECOND
    fail(9)
    assert state(drill) == "firing"
    assert told(drill) == [("pagerduty", "firing", "critical", ("ServiceErrorRate",))]
    drill.now_ms -= 3600 * SECOND
    for _ in range(3):
        drill.evaluate(SECOND)
    # What came last has the earliest time.
    assert told(drill)[0] == ("pagerduty", "resolved", "critical", ("ServiceErrorRate",))


def test_one_queue_that_is_full_silences_nothing_about_another(tmp_path: Path) -> None:
    """By a label that only an indicator of the settings knows."""
    levels = (Level("warning", 10, 0), Level("critical", 100, 0))
    own = own_indicator("queue_depth", "app_queue_depth", levels, above=True, labels=("queue",))
    watched = Watched(tmp_path, settings=WatchSettings(tuning=Tuning(indicators=(own,), time_scale=60)))
    for _ in range(3):
        export = otlp.metrics("shop")
        metric = export.resource_metrics[0].scope_metrics[0].metrics.add(name="app.queue.depth")
        for queue, depth in (("mail", 500), ("print", 50)):
            point = metric.gauge.data_points.add(time_unix_nano=watched.now_ms * 10**6, as_int=depth)
            point.attributes.extend(otlp.pairs({"queue": queue}))
        watched.keep(export)
        watched.evaluate(SECOND)
    warnings = {one.labels["queue"]: one.inhibited_by for one in rule(watched, "QueueDepth", "warning").alerts}
    assert warnings == {"mail": ("critical QueueDepth",), "print": ()}
    channels = [
        (one.channel, "print" in one.title) for one in watched.alerts.deliveries(0) if "QueueDepth" in one.alerts
    ]
    assert channels == [("pagerduty", False), ("slack", True)]
    watched.close()


def test_a_restart_changes_neither_since_when_something_holds_nor_what_was_told(drill: Watched) -> None:
    for _ in range(2):
        drill.keep(requests("api", 5))
        drill.evaluate(SECOND)
    drill.keep(requests("api", 0, bad=5))
    drill.evaluate(SECOND)
    (before,) = rule(drill, "ServiceErrorRate", "critical").alerts
    drill.now_ms += 2 * SECOND  # nobody watches
    drill.kill()
    seen = []
    for _ in range(6):
        drill.keep(requests("api", 0, bad=5))
        drill.evaluate(SECOND)
        seen.append(state(drill))
    (after,) = rule(drill, "ServiceErrorRate", "critical").alerts
    # What nobody saw counts for nothing.
    assert after.since_ns == before.since_ns + 2 * SECOND * 10**6
    assert seen == ["pending"] * 2 + ["firing"] * 4
    assert len(told(drill)) == 1
    drill.kill()
    drill.evaluate(SECOND)
    assert state(drill) == "firing"
    for _ in range(25):
        drill.evaluate(SECOND)
    assert [status for _, status, _, _ in told(drill)] == ["firing", "resolved"]


def test_fatal_logs_refused_telemetry_and_a_budget_that_burns_fire_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    slo = Slo("answers", "api", 0.99)
    watched = Watched(home, settings=WatchSettings(tuning=Tuning(time_scale=60, slos=(slo,))))
    for refused in range(10):
        values = array("d", [0.0] * len(ENGINE_SERIES))
        values[1] = 10.0 * refused
        watched.answers.append((ENGINE_SERIES, watched.now_ms + SECOND, values))
        watched.keep(requests("api", 1, bad=1))
        if refused == 5:
            watched.keep(otlp.logs("api", otlp.log("the end", severity=21), otlp.log("no", severity=17)))
        watched.evaluate(SECOND)
    assert rule(watched, "FatalLogs", "warning").alerts[0].value == 1
    assert state(watched, "FatalLogs", "warning") == "firing"
    assert state(watched, "TelemetryRefused", "warning") == "firing"
    assert state(watched, "ErrorBudgetBurn", "critical") == "firing"
    assert watched.newest("slo:requests:rate", "slo", "service_name").keys() == {("answers", "api")}
    assert not watched.said
    watched.close()


def test_a_rule_that_cannot_be_evaluated_says_why_and_holds_up_no_other(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    watched = Watched(home)
    first = watched.alerting._evaluation._rules[0]
    first.rule = replace(first.rule, expression="sum(")
    watched.evaluate()
    broken = next(one for one in watched.alerts.rules() if one.expression == "sum(")
    assert "the expression is wrong" in broken.trouble
    assert all(one.evaluated_ns for one in watched.alerts.rules())
    watched.close()


def test_a_rule_that_looks_far_back_is_evaluated_less_often() -> None:
    day = "max_over_time(up[1d] offset 10m) > on (job) rate(x[1m]) or sum(up) or max_over_time(up[5m:1m])"
    assert every_ms(parsed("rate(x[1m])"), 300, 5_000) == 5_000
    assert every_ms(parsed(day), 0, 5_000) == (86_400 + 600) * 1000 // 720
    assert every_ms(parsed(day), 60, 5_000) == 15_000  # it must hold for a minute


def test_what_commands_order_is_told_and_the_channels_that_are_real_get_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with answering({"/slack": Says(body=b"ok")}) as slack:
        secret = tmp_path / "slack"
        secret.write_text(f"{slack.url}/slack\n")
        watched = Watched(home, settings=replace(DRILL, alerts=Alerts(slack_url_file=str(secret))))
        watched.evaluate(SECOND)
        sender = EmbeddedAlertSender(home)
        assert sender.real == ("slack",)
        alerts = [
            Alert(
                "OwnTest",
                severity,
                "firing",
                {"alertname": "OwnTest", "severity": severity},
                {"summary": "a test"},
                1,
                1,
            )
            for severity in ("critical", "info")
        ]
        sender.send(alerts, (watched.now_ms + 3 * SECOND) * 10**6)
        sender.send_summary("a summary", "of the day", "daily", 0)
        for _ in range(6):
            watched.evaluate(SECOND)
        wait_until(lambda: len(slack.asked) == 2)
        watched.evaluate(SECOND)
        assert [b"a test" in one.body for one in slack.asked] == [True, True]
        assert (sender.handed("slack").times, sender.handed("slack").failed) == (2, 0)
        assert [one[:3] for one in told(watched)] == [
            ("email", "summary", "info"),
            ("pagerduty", "firing", "critical"),
            ("pagerduty", "resolved", "critical"),
        ]
        assert not list((home / "orders").iterdir())
        watched.close()


def test_what_was_on_its_way_when_the_process_ended_is_sent_by_the_next_and_by_no_other(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with answering({"/slack": Says(status=503)}) as slack:
        secret = tmp_path / "slack"
        secret.write_text(f"{slack.url}/slack\n")
        watched = Watched(home, settings=replace(DRILL, alerts=Alerts(slack_url_file=str(secret))))
        labels = {"alertname": "OwnTest", "severity": "info"}
        watched.evaluate(SECOND)
        sender = EmbeddedAlertSender(home)
        sender.send([Alert("OwnTest", "info", "firing", labels, {"summary": "a test"}, 1, 1)], 2**62)
        for _ in range(3):
            watched.evaluate(SECOND)
        wait_until(lambda: slack.asked)
        slack.says["/slack"] = Says(body=b"ok")
        before = len(slack.asked)
        watched.alerting._dispatch._courier.close()  # as good as killed: nobody hears what comes of it
        watched.kill()
        watched.evaluate(SECOND)
        wait_until(lambda: len(slack.asked) > before)

        def handed() -> int:
            watched.evaluate(SECOND)  # which notes what became of messages until then
            return sender.handed("slack").times

        wait_until(lambda: handed() == 1)
        watched.kill()
        watched.evaluate(SECOND)
        assert [b"a test" in one.body for one in slack.asked[before:]] == [True]
        watched.close()


def test_the_settings_are_told_without_their_secrets() -> None:
    settings = WatchSettings(
        "shop", Tuning({"cpu": {"warning": 0.5}}, ("a",), (Slo("s", "", 0.9),)), Alerts("/slack", "/key")
    )
    assert WatchSettings.from_text(settings.to_text()) == settings
    assert WatchSettings.from_text("") == WatchSettings()


def test_alerts_test_waits_for_what_the_process_tells(drill: Watched) -> None:
    drill.evaluate(SECOND)
    arrivals = try_alerts(drill.alerts, EmbeddedAlertSender(drill.home), 0.0)
    assert [one.took_ns for one in arrivals] == [None] * 3  # nobody turns the clock meanwhile


def made_by(summaries: Summaries) -> list[Summary]:
    made: list[Summary] = []

    def some() -> bool:
        made.extend(summaries.made())
        return bool(made)

    wait_until(some, what="a summary")
    return made


def test_right_after_the_start_whoever_sends_is_still_to_come(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="does not exist"):
        EmbeddedAlertSender(tmp_path, tmp_path / "telemetry.db").handed("slack")
    (tmp_path / "telemetry.db").touch()
    with pytest.raises(NotReady, match="some seconds after the engine has begun"):
        EmbeddedAlertSender(tmp_path, tmp_path / "telemetry.db").handed("slack")


def test_a_summary_that_is_due_is_made_of_what_was_counted_and_again_unless_it_was_kept(watched: Watched) -> None:
    watched.keep(requests("api", 3))
    watched.evaluate()
    (watched.home / "summaries.json").write_text('{"daily": {"due": 0, "outcome": "sent"}}')

    def begun() -> Summaries:
        """As a process has it; the one before it was killed."""
        source = EmbeddedSeries(watched.home / "signals.db")
        return Summaries("shop", watched.home, source, "", watched.said.append)

    for _ in range(2):
        summaries = begun()
        looking = threading.Thread(target=summaries.look, daemon=True)
        looking.start()
        assert [one.subject for one in made_by(summaries)] == ["[shop] daily summary"]
    summaries.kept()
    looking.join(timeout=30)
    summaries = begun()
    summaries.look()
    assert not list(summaries.made())
    assert not watched.said


@pytest.mark.parametrize("report", ["daily", "weekly"])
def test_a_summary_counts_what_is_some_seconds_old_and_adds_nothing(watched: Watched, report: Report) -> None:
    for _ in range(3):
        watched.keep(requests("api", 2, bad=1))
        watched.evaluate()
    source, asked_ms = EmbeddedSeries(watched.home / "signals.db"), watched.now_ms + 120_000

    def ask(expression: str) -> list[tuple[Mapping[str, str], float]]:
        return [(one.labels, one.samples[-1][1]) for one in evaluate.at(source, expression, asked_ms)]

    lines = summary(report, "shop", asked_ms / 1000, ask).text.splitlines()
    assert "Requests: 9" in lines
    assert [line.split()[:4] for line in lines if line.startswith("  api ")] == [["api", "9", "3", "(33.3"]]
    assert round(ask(f"sum(increase({CALLS}[1d]))")[0][1]) > 9, "which is what is not asked for this reason"
    source.close()
