"""The mail that tells how a day or a week was: requests, errors, latency, the model, and which alerts fired.

Whoever gives the answers to its questions decides where the numbers come from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Report = Literal["daily", "weekly"]
REPORTS: tuple[Report, ...] = ("daily", "weekly")
#: Answers an expression of PromQL at the end of the period: labels and value of each series.
Ask = Callable[[str], Sequence[tuple[Mapping[str, str], float]]]

#: How long Alertmanager has a summary as an alert; told again meanwhile, it sends nothing more (seconds).
ALERT_S = 600
_WINDOWS: Mapping[Report, str] = {"daily": "1d", "weekly": "7d"}
_NAMES: Mapping[Report, str] = {"daily": "day", "weekly": "week"}
_ENTRY = 'span_kind=~"SPAN_KIND_(SERVER|CONSUMER)"'
_FAILED = 'status_code="STATUS_CODE_ERROR"'
#: Lines of a table at most, and characters of a name: a line is to fit 80 columns, also where `alerts inbox` shows it.
_ROWS = 30
_WIDTH = 32


@dataclass(frozen=True, slots=True)
class Summary:
    """A mail: its subject and its text."""

    subject: str
    text: str


def summary(report: Report, project: str, until: float, ask: Ask, dashboards: str = "") -> Summary:
    """How the day or week up to a time (Unix seconds) was. `dashboards`: their URL, if there are any."""
    moment = time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(until)).rstrip()
    title = f"{project}: the {_NAMES[report]} up to {moment}"
    window = _WINDOWS[report]
    parts = [title, "", *_requests(window, ask), "", *_model(window, ask), "", *_alerts(window, ask)]
    if dashboards:
        parts += ["", f"Dashboards: {dashboards}"]
    return Summary(f"[{project}] {report} summary", "\n".join(parts) + "\n")


def summary_alert(report: str, made: Summary, until: float, now: float) -> dict[str, Any]:
    """A summary of the time up to `until` as Alertmanager's API takes it, whose route for summaries sends it as a mail
    (Unix seconds). Of one report and period it is one alert.
    """
    return {
        "labels": {"alertname": f"{report.capitalize()}Summary", "report": report, "period": _rfc3339(until)},
        "annotations": {"summary": made.subject, "description": made.text},
        "startsAt": _rfc3339(until),
        "endsAt": _rfc3339(now + ALERT_S),
    }


def grown(series: str, window: str) -> str:
    """By how much each counter has grown: exactly, unless it began anew in that time. `increase` would add what it
    believes to have happened at both ends, which is much of what is a few minutes old. As `metrics` and `slo` count.
    """
    before = f"({series} offset {window} or min_over_time({series}[{window}]))"
    began_anew = f"(resets({series}[{window}]) > 0)"
    return f"last_over_time({series}[{window}]) - {before} unless {began_anew} or increase({series}[{window}])"


def _requests(window: str, ask: Ask) -> Iterator[str]:
    calls = "traces_span_metrics_calls_total{%s}"
    counts, failed = (
        _by_service(ask(f"sum by (service_name) ({grown(calls % match, window)})"))
        for match in (_ENTRY, f"{_ENTRY},{_FAILED}")
    )
    buckets = f"rate(traces_span_metrics_duration_seconds_bucket{{{_ENTRY}}}[{window}])"
    p95 = _by_service(ask(f"histogram_quantile(0.95, sum by (service_name, le) ({buckets}))"))
    names = sorted((name for name in counts if round(counts[name])), key=lambda name: (-counts[name], name))
    if not names:
        yield "Requests: none."
        return
    yield f"Requests: {round(sum(counts.values())):,}"
    yield f"  {'service':{_WIDTH}} {'requests':>12} {'errors':>16} {'p95':>9}"
    for name in names[:_ROWS]:
        share = _share(failed.get(name, 0.0), counts[name])
        yield f"  {shown(name):{_WIDTH}} {round(counts[name]):>12,} {share:>16} {_seconds(p95.get(name)):>9}"
    yield from _left_out(names)


def _measured(counter: str, match: str, labels: str, window: str) -> str:
    """What services counted themselves: of one that sends it and is scraped for it too, what it sent."""
    sent, scraped = (
        f"sum by (service_name{labels}) ({grown(f'{counter}{{{match}{way}}}', window)})"
        for way in ('phoenix_scraped=""', 'phoenix_scraped!=""')
    )
    return f"({sent} or {scraped})"


def _model(window: str, ask: Ask) -> Iterator[str]:
    calls = "gen_ai_client_operation_duration_seconds_count"
    count, failed = (_total(ask(f"sum{_measured(calls, of, '', window)}")) for of in ("", 'error_type!="",'))
    if not round(count):
        yield "Language model: no calls."
        return
    used_by = _measured("gen_ai_client_token_usage_sum", "", ",gen_ai_token_type", window)
    tokens = ask(f"sum by (gen_ai_token_type) {used_by}")
    kinds = sorted((labels.get("gen_ai_token_type", "?"), value) for labels, value in tokens if round(value))
    used = ", ".join(f"{round(value):,} {shown(kind)}" for kind, value in kinds[:_ROWS])
    yield f"Language model: {round(count):,} calls, {_share(failed, count)} failed"
    yield f"  tokens: {used or 'not told'}"


def _alerts(window: str, ask: Ask) -> Iterator[str]:
    # While an alert fires, ALERTS_FOR_STATE says since when it is active: each other value is another time it fired.
    firing = 'ALERTS_FOR_STATE and ignoring (alertstate) ALERTS{alertstate="firing"}'
    found = ask(f"sum by (alertname, severity) (changes(({firing})[{window}:15s]) + 1)")
    fired = [(labels.get("severity", ""), labels.get("alertname", "?"), round(value)) for labels, value in found]
    if not fired:
        yield "Alerts: none fired."
        return
    yield "Alerts that fired:"
    order = {"critical": 0, "warning": 1, "info": 2}
    fired.sort(key=lambda one: (order.get(one[0], 3), -one[2], one[1]))
    for severity, name, times in fired[:_ROWS]:
        yield f"  {shown(severity):10} {shown(name):{_WIDTH}} {times:>6,} ×"
    yield from _left_out(fired)


def shown(name: str) -> str:
    """A name out of telemetry as it may stand in a line."""
    cut = name if len(name) <= _WIDTH else f"{name[: _WIDTH - 1]}…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)


def _rfc3339(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def _by_service(found: Sequence[tuple[Mapping[str, str], float]]) -> dict[str, float]:
    return {labels.get("service_name", "?"): value for labels, value in found if isfinite(value)}


def _total(found: Sequence[tuple[Mapping[str, str], float]]) -> float:
    return sum(value for _, value in found if isfinite(value))


def _share(part: float, whole: float) -> str:
    """`12 (1.0 %)`."""
    return f"{round(part):,} ({100 * part / whole:.1f} %)" if round(part) else "0"


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def _left_out(rows: Sequence[object]) -> Iterator[str]:
    if len(rows) > _ROWS:
        yield f"  … and {len(rows) - _ROWS:,} more"
