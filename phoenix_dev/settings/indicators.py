"""Settings of what is watched: other bounds, SLOs, indicators. Read as nodes, for the line of what is wrong."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

import yaml

from phoenix_dev.settings.lists import WrongItem, fields_of, text_of
from phoenix_dev.settings.units import age_in_ns, duration_in_ns
from phoenix_dev.settings.values import ThresholdEntry
from phoenix_dev.signals.annotations import why_wrong, worded
from phoenix_dev.signals.catalogue import BY_NAME, INDICATORS
from phoenix_dev.signals.indicator import Indicator, Level, Unit
from phoenix_dev.signals.names import DURATION_BOUNDS_S
from phoenix_dev.signals.own import alert_name, own_indicator, why_no_expression
from phoenix_dev.signals.tuning import Slo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.alert import Severity

_SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
_DAY_NS = 86_400 * 10**9
#: An objective that leaves a budget which can be told from none (signals/burn.py).
_BEST = 0.99999
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?|\.[0-9]{1,15}")
_LEVEL = re.compile(r"(?P<bound>\S+)(?:\s+for\s+(?P<lasting>\S+))?")
_INDICATOR = re.compile(r"(?=.{1,60}\Z)[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
#: What a bound is written as, by the unit of what it bounds.
_WRITTEN = {"ratio": "a share, as in 0.02 or 2%", "s": "seconds or a duration, as in 0.5 or 500ms"}


def thresholds(node: yaml.Node) -> tuple[ThresholdEntry, ...]:
    """`thresholds`: by indicator, by severity. Raises WrongItem."""
    entries = tuple(_threshold(name, levels) for name, levels in _pairs(node, "thresholds", "an indicator"))
    for (name, _), entry in zip(_pairs(node, "thresholds", "an indicator"), entries, strict=True):
        if [one.indicator for one in entries].count(entry.indicator) > 1:
            raise WrongItem(name, f"sets the thresholds of '{entry.indicator}' twice")
    return entries


def slo(item: yaml.Node) -> Slo:
    """An entry of `slos`. Raises WrongItem."""
    known = ("name", "service", "objective", "window", "latency")
    found = fields_of(item, "slos", "SLO", known, needed=("name", "objective"))
    return Slo(
        _plain(found["name"], "name"),
        _plain(found["service"], "service") if "service" in found else "",
        _objective(found["objective"]),
        _days(found["window"]) if "window" in found else 30,
        _latency(found["latency"]) if "latency" in found else 0.0,
    )


def indicator(item: yaml.Node) -> Indicator:
    """An entry of `indicators`. Raises WrongItem."""
    known = ("name", "expression", "above", "below", "unit", "labels", "summary")
    found = fields_of(item, "indicators", "indicator", known, needed=("name", "expression"))
    if ("above" in found) == ("below" in found):
        raise WrongItem(item, "lists an indicator that needs 'above' or 'below', one of them: from where on it is bad")
    direction = "above" if "above" in found else "below"
    unit = _unit(found["unit"]) if "unit" in found else "count"
    levels = tuple(_level(severity, level, unit) for severity, level in _levels(found[direction], direction))
    _in_order(found[direction], {one.severity: one.bound for one in levels}, above=direction == "above", unit=unit)
    return own_indicator(
        _name(found["name"]),
        _expression(found["expression"]),
        levels,
        above=direction == "above",
        unit=unit,
        labels=tuple(_labels(found["labels"])) if "labels" in found else (),
        summary=_summary(found["summary"]) if "summary" in found else "",
    )


def _threshold(name_node: yaml.Node, node: yaml.Node) -> ThresholdEntry:
    name = _known(name_node, "indicator", [one.name for one in INDICATORS if one.unit != "bool"])
    changed = BY_NAME[name]
    levels = {level.severity: level.bound for level in changed.levels}
    bounds: dict[Severity, float] = {}
    for severity_node, bound in _pairs(node, f"thresholds.{name}", "a severity"):
        severity = next(one for one in levels if one == _known(severity_node, "severity", list(levels)))
        if severity in bounds:
            raise WrongItem(severity_node, f"sets the threshold '{severity}' of '{name}' twice")
        bounds[severity] = _bound(bound, severity, changed.unit)
    _in_order(node, levels | bounds, above=changed.above, unit=changed.unit)
    return ThresholdEntry(name, tuple(bounds.items()))


def _pairs(node: yaml.Node, key: str, of: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise WrongItem(node, f"sets '{key}' to no mapping: it is made of lines, {of} each")
    yield from node.value


def _known(node: yaml.Node, noun: str, names: Sequence[str]) -> str:
    name = node.value if isinstance(node, yaml.ScalarNode) else "?"
    if name not in names:
        nearest = get_close_matches(name, names, n=1)
        meant = f"the nearest is '{nearest[0]}'" if nearest else f"there is {', '.join(names)}"
        raise WrongItem(node, f"sets '{name}', which is no {noun} with a threshold here; {meant}")
    return str(name)


def _levels(node: yaml.Node, direction: str) -> Iterator[tuple[Severity, yaml.Node]]:
    pairs = list(_pairs(node, direction, "a severity"))
    if not pairs:
        raise WrongItem(
            node, f"sets '{direction}' of an indicator to nothing: it has to be as in {{warning: 100 for 5m}}"
        )
    for name, bound in pairs:
        known = _known(name, "severity", list(_SEVERITIES))
        yield next(severity for severity in _SEVERITIES if severity == known), bound


def _level(severity: Severity, node: yaml.Node, unit: Unit) -> Level:
    text = node.value if isinstance(node, yaml.ScalarNode) else ""
    found = _LEVEL.fullmatch(text.strip())
    lasting = (duration_in_ns(found["lasting"]) if found["lasting"] else 0) if found else None
    if not found or lasting is None:
        raise WrongItem(node, f"sets '{severity}' to '{text}', but it has to be as in 100 or 100 for 5m")
    return Level(severity, _amount(node, found["bound"], severity, unit), round(lasting / 1e9))


def _bound(node: yaml.Node, severity: Severity, unit: Unit) -> float:
    return _amount(node, node.value if isinstance(node, yaml.ScalarNode) else "", severity, unit)


def _amount(node: yaml.Node, text: str, what: str, unit: Unit) -> float:
    share = text.removesuffix("%") if unit == "ratio" else text
    lasting = duration_in_ns(text) if unit == "s" else None
    if lasting is not None:
        return lasting / 1e9
    if not _NUMBER.fullmatch(share):
        raise WrongItem(node, f"sets '{what}' to '{text}', but it has to be {_WRITTEN.get(unit, 'a number, as in 10')}")
    return round(float(share) / 100, 12) if share != text else float(share)


def _in_order(node: yaml.Node, bounds: dict[Severity, float], *, above: bool, unit: Unit) -> None:
    """What is critical is a warning before: else nobody would ever be warned."""
    if "warning" in bounds and "critical" in bounds:
        warning, critical = bounds["warning"], bounds["critical"]
        if (warning > critical) if above else (warning < critical):
            shown = f"warning {worded(warning, unit)}, critical {worded(critical, unit)}"
            raise WrongItem(node, f"sets bounds of which the critical is reached before the warning: {shown}")


def _objective(node: yaml.Node) -> float:
    share = _amount(node, node.value if isinstance(node, yaml.ScalarNode) else "", "objective", "ratio")
    if not 0 < share < 1:
        raise WrongItem(node, "sets 'objective' of an SLO to no share between 0% and 100%, as 99.5% is one")
    if share > _BEST:
        raise WrongItem(node, "sets 'objective' of an SLO to more than 99.999%, which leaves nothing to fail")
    return share


def _days(node: yaml.Node) -> int:
    try:
        return age_in_ns(text_of(node, "window", of="SLO")) // _DAY_NS
    except ValueError as error:
        raise WrongItem(node, f"sets 'window' of an SLO to '{node.value}', but it has to be {error}") from error


def _latency(node: yaml.Node) -> float:
    text = text_of(node, "latency", of="SLO")
    found = duration_in_ns(text)
    if found is None or found / 1e9 not in DURATION_BOUNDS_S:
        known = ", ".join(worded(bound, "s") for bound in DURATION_BOUNDS_S)
        raise WrongItem(node, f"sets 'latency' of an SLO to '{text}', but durations are counted up to {known}")
    return found / 1e9


def _unit(node: yaml.Node) -> Unit:
    units: tuple[Unit, ...] = get_args(Unit)
    name = text_of(node, "unit", of="indicator")
    if name not in units:
        raise WrongItem(node, f"sets 'unit' of an indicator to '{name}', but it has to be one of {', '.join(units)}")
    return next(unit for unit in units if unit == name)


def _name(node: yaml.Node) -> str:
    name = text_of(node, "name", of="indicator")
    if not _INDICATOR.fullmatch(name):
        raise WrongItem(node, f"sets 'name' of an indicator to '{name}', but it has to be as in queue_depth")
    if name in BY_NAME or alert_name(name) in {one.alert for one in INDICATORS}:
        raise WrongItem(node, f"sets 'name' of an indicator to '{name}', which there is already: see 'thresholds'")
    return name


def _expression(node: yaml.Node) -> str:
    text = text_of(node, "expression", of="indicator")
    if why := why_no_expression(text):
        raise WrongItem(node, f"sets 'expression' of an indicator to what is no PromQL: {why}")
    return text


def _labels(node: yaml.Node) -> Iterator[str]:
    if not isinstance(node, yaml.SequenceNode):
        raise WrongItem(node, "sets 'labels' of an indicator to no list of names, as [queue] is one")
    for item in node.value:
        name = text_of(item, "labels", of="indicator")
        if not _LABEL.fullmatch(name):
            raise WrongItem(item, f"names the label '{name}', but one is made of letters, digits and _")
        yield name


def _summary(node: yaml.Node) -> str:
    text = _printable(node, "summary", "indicator")
    if why := why_wrong(text):
        raise WrongItem(node, f"sets 'summary' of an indicator to what is no template: {why}")
    return text


def _plain(node: yaml.Node, what: str) -> str:
    """What stands in texts of alerts, which are templates, and is none."""
    text = _printable(node, what, "SLO")
    if "{{" in text:
        raise WrongItem(node, f"sets '{what}' of an SLO to a template, which it cannot be")
    return text


def _printable(node: yaml.Node, what: str, noun: str) -> str:
    text = text_of(node, what, of=noun)
    if not text.isprintable() or len(text) > 300:
        raise WrongItem(node, f"sets '{what}' of an {noun} to what is no text of one line")
    return text
