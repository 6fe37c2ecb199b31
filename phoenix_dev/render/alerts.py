"""Alert rules and what was sent about them: what fires first, and each message in the form of its channel.

All of it may hold what telemetry held, or what somebody posted to the inbox: `Line` escapes it.
"""

from __future__ import annotations

from math import isfinite
from shlex import quote
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.message import words_of
from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.quantity import clock, day, duration
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds
from phoenix_dev.render.line import ENDLESS, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.text import Text

    from phoenix_dev.model.alert import Alert, Arrival, Delivery, Rules, RuleState

_STYLES = {"critical": style.ERROR, "warning": style.WARN, "info": ""}
_SIGNS = {"critical": "✗", "warning": "!", "info": "•"}
#: Cells of a name at least and at most, and of a severity.
_NAME_CELLS = (11, 32)
_SEVERITY_CELLS = 8
#: Labels that a line shows anyway, or that say nothing beside the others.
_KNOWN = ("alertname", "severity", "instance")
#: Lines of a message that are shown.
_MOST_LINES = 40
#: What stands in runbooks for the service that an alert is about.
_SERVICE = "SERVICE"
_NS = 10**9


def rule_lines(rules: Rules, *, now_ns: int, width: int, clip: bool = True) -> Iterator[Text]:
    """A line an alert, its rule's summary below it; then who does not answer; then a line for the rules of each name
    that say nothing.
    """
    cut = width if clip else ENDLESS
    widest = max((len(rule.name) for rule in rules), default=0)
    names = min(max(_NAME_CELLS[0], widest), _NAME_CELLS[1])
    yield Line(cut).add(f"  {'ALERT':{names}} {'SEVERITY':{_SEVERITY_CELLS}} STATE", style.DIM).text()
    for rule in rules:
        for alert in rule.alerts:
            yield from _alert_lines(rule, alert, now_ns, names, cut)
        if rule.trouble:
            yield _head(rule.name, rule.severity, "?", style.WARN, names, cut).add(rule.trouble, style.FAILED).text()
    for one in rules.lacks:
        yield Line(cut).add("? ", style.WARN).add(one, style.FAILED).text()
    quiet: dict[str, list[str]] = {}
    for rule in rules:
        if not rule.alerts and not rule.trouble:
            severities = quiet.setdefault(rule.name, [])
            severities += [rule.severity] if rule.severity not in severities else []
    for name, severities in sorted(quiet.items()):
        line = Line(cut).add("✓ ", style.OK).add(name, style.DIM).to(names + _SEVERITY_CELLS + 4)
        yield line.add(f"inactive ({', '.join(severities)})", style.DIM).text()


def rules_json(rules: Rules) -> dict[str, Any]:
    """`alerts --json`."""
    return {"rules": [_rule_json(rule) for rule in rules], "lacks": list(rules.lacks)}


def delivery_lines(delivery: Delivery, *, width: int, clip: bool = True) -> Iterator[Text]:
    """What a channel was sent: when, and its title, on a line of its own where it is long; then the fields that it has
    there, then its text.
    """
    cut = width if clip else ENDLESS
    words = words_of(delivery)
    head = Line(cut).add(f"{day(delivery.time_ns)} {clock(delivery.time_ns)[:8]} ", style.DIM)
    head.add(f"{delivery.channel:9} ", style.STRONG).add(f"{delivery.status:8} ")
    if delivery.status != "summary":
        head.add(f"{delivery.severity:{_SEVERITY_CELLS}} ", _STYLES[delivery.severity])
    title = delivery.title or "(without a title)"
    fits = head.add_whole(title)
    yield head.text()
    if not fits:
        yield Line(cut).add("  ").add(title, style.STRONG).text()
    if words.fields:
        line = Line(cut).add("  ")
        for number, (name, value) in enumerate(words.fields):
            line.add(" · " if number else "", style.DIM).add(f"{name} ", style.DIM).add(value)
        yield line.text()
    shown = words.text.strip("\r\n").splitlines()
    for text in shown[:_MOST_LINES]:
        yield Line(cut).add("  │ ", style.DIM).add(text).text()
    if len(shown) > _MOST_LINES:
        yield Line(cut).add(f"  … and {len(shown) - _MOST_LINES} more lines", style.DIM).text()


def deliveries_json(deliveries: Iterable[Delivery], *, truncated: bool) -> dict[str, Any]:
    """`alerts inbox --json`, oldest first. `truncated`: older ones were left out."""
    return {"messages": [_delivery_json(one) for one in deliveries], "truncated": truncated}


def _delivery_json(delivery: Delivery) -> dict[str, Any]:
    return {
        "time": rfc3339(delivery.time_ns),
        "channel": delivery.channel,
        "status": delivery.status,
        "severity": delivery.severity,
        "alerts": list(delivery.alerts),
        "title": delivery.title,
        "body": delivery.body,
    }


def arrival_line(arrival: Arrival, *, width: int, clip: bool = True) -> Text:
    """Whether what was sent to a channel arrived, and when."""
    line = Line(width if clip else ENDLESS)
    arrived = arrival.took_ns is not None
    line.add("✓ " if arrived else "✗ ", style.OK if arrived else style.ERROR)
    line.add(f"{arrival.severity:{_SEVERITY_CELLS}} → {arrival.channel:9} ")
    if arrival.took_ns is None:
        return line.add("did not arrive", style.FAILED).text()
    line.add(f"{duration(max(0, arrival.took_ns)):>7}  ")
    return line.add("taken by the channel" if arrival.real else "in the inbox", style.DIM).text()


def arrivals_json(arrivals: Iterable[Arrival]) -> dict[str, Any]:
    """`alerts test --json`."""
    every = list(arrivals)
    return {"arrived": all(one.took_ns is not None for one in every), "alerts": [arrival_json(one) for one in every]}


def arrival_json(arrival: Arrival) -> dict[str, Any]:
    """One arrival; `took_ms` is null for what did not arrive."""
    return {
        "severity": arrival.severity,
        "channel": arrival.channel,
        "real": arrival.real,
        "took_ms": None if arrival.took_ns is None else milliseconds(arrival.took_ns),
    }


def _alert_lines(rule: RuleState, alert: Alert, now_ns: int, names: int, cut: int) -> Iterator[Text]:
    fires = alert.state == "firing"
    loud = fires and not alert.inhibited_by and not alert.silenced
    sign = _SIGNS[rule.severity] if fires else "…"
    line = _head(rule.name, rule.severity, sign, _STYLES[rule.severity] if loud else style.DIM, names, cut)
    since = max(0, now_ns - alert.since_ns)
    lasts = duration(since) if fires else f"{duration(since)} of {duration(round(rule.for_s * _NS))}"
    line.add(f"{alert.state} {lasts}")
    for word in (*(f"inhibited by {one}" for one in alert.inhibited_by), *(["silenced"] if alert.silenced else [])):
        line.add(f", {word}", style.DIM)
    yield line.text()
    told = alert.annotations.get("summary") or _labels(alert.labels)
    yield Line(cut).add("    ").add(told, style.FAILED if loud else style.DIM).text()
    if loud and (step := _first_step(alert)):
        yield Line(cut).add("    → ", style.DIM).add(step, style.DIM).text()


def _first_step(alert: Alert) -> str:
    """What to do first, about the service that the alert is about; empty where its runbook has no list of steps."""
    first = alert.annotations.get("runbook", "").partition("\n")[0]
    if not first.startswith("1. "):
        return ""
    service = alert.labels.get("service_name")
    return first.removeprefix("1. ").replace("`", "").replace(_SERVICE, quote(service) if service else _SERVICE)


def _head(name: str, severity: str, sign: str, styled: str, names: int, cut: int) -> Line:
    line = Line(cut).add(f"{sign} ", styled).add(name, styled).to(names + 2)
    return line.add(f" {severity:{_SEVERITY_CELLS}} ")


def _labels(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items()) if name not in _KNOWN)


def _rule_json(rule: RuleState) -> dict[str, Any]:
    return {
        "name": rule.name,
        "severity": rule.severity,
        "state": rule.state,
        "expression": rule.expression,
        "for_ms": rule.for_s * 1000,
        "evaluated": rfc3339(rule.evaluated_ns) if rule.evaluated_ns else "",
        "trouble": rule.trouble,
        "alerts": [_alert_json(alert) for alert in rule.alerts],
    }


def _alert_json(alert: Alert) -> dict[str, Any]:
    return {
        "state": alert.state,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "value": alert.value if isfinite(alert.value) else None,
        "since": rfc3339(alert.since_ns),
        "inhibited_by": list(alert.inhibited_by),
        "silenced": alert.silenced,
    }
