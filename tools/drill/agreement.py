"""Whether the embedded runtime's evaluation and Prometheus' agree: the same samples before both, at every evaluation.

Ours says what state every alert is in whenever rules are evaluated, and what every value is that has a bound. That
goes, with the samples, into a file of tests for promtool: Prometheus' own evaluation of its own form of the rules.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phoenix_dev.promql import evaluate
from phoenix_dev.runtime.compose.parts import PROMETHEUS
from phoenix_dev.signals.durations import filled
from phoenix_dev.signals.prometheus import rule_files
from phoenix_dev.signals.rules import alert_rules, indicators
from phoenix_dev.watching.rules import WatchedRule
from tools.drill.samples import Samples, selector_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from phoenix_dev.promql.source import Stream
    from phoenix_dev.signals.rule import AlertRule
    from phoenix_dev.signals.tuning import Tuning

#: As often a drill evaluates, and to so much the times of samples are rounded (ms): every second window ends at one.
EVERY_MS, GRID_MS = 1_000, 500
_ALERTS, _TESTS = "ALERTS", "agreement_test.yaml"
_PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression gives for some labels; of an alert those that Prometheus gives the series `ALERTS`, and 1."""

    labels: Mapping[str, str]
    value: float


Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was compared: so many evaluations of so many rules, and so many values. `fired`: what did at one of them at
    least, by name and severity. `trouble` is what promtool said; empty when it had the same alerts in the same states
    and the same values each time.
    """

    evaluations: int
    rules: int
    values: int
    fired: frozenset[tuple[str, str]]
    trouble: str


def metric_rules(tuning: Tuning) -> tuple[AlertRule, ...]:
    """The rules that Prometheus evaluates."""
    return tuple(rule for rule in alert_rules(tuning) if rule.source != "log")


def compare(samples: Samples, tuning: Tuning, since_ms: int, until_ms: int, folder: Path) -> Agreement:
    """Evaluate every rule both ways over what was sampled between two times, with files in an empty folder.

    Needs a Docker engine that has Prometheus' image.
    """
    steps = range(since_ms // EVERY_MS * EVERY_MS, until_ms + 1, EVERY_MS)
    samples, rules, files = samples.on_grid(GRID_MS), metric_rules(tuning), rule_files(tuning)
    states = list(our_states(samples, rules, steps))
    values = list(our_values(samples, tuning, steps))
    expected = [*zip(itertools.repeat(_ALERTS), steps, states, strict=False), *values]
    tests = json.dumps(_tests(list(files), samples, steps, expected), ensure_ascii=False)
    for name, text in {**files, _TESTS: tests}.items():
        (folder / name).write_text(text, "utf-8")
    alerts = [one.labels for active in states for one in active if one.labels["alertstate"] == "firing"]
    fired = frozenset((labels["alertname"], labels["severity"]) for labels in alerts)
    compared = sum(len(found) for _, _, found in values)
    return Agreement(len(steps), len(rules), compared, fired, _promtool(folder, _TESTS))


def our_states(samples: Samples, rules: Sequence[AlertRule], steps: range) -> Iterator[Values]:
    """What alerts there are at each evaluation. Raises ValueError when a rule cannot be evaluated."""
    watched = [WatchedRule(rule, EVERY_MS) for rule in rules]
    for now_ms in steps:
        # As where rules are read anew: by itself one that looks far back is evaluated less often.
        former, watched = watched, [WatchedRule(one.rule, EVERY_MS) for one in watched]
        for before, one in zip(former, watched, strict=True):
            one.go_on_from(before)
            one.evaluate(samples, now_ms)
        states = [one.state for one in watched]
        for state in states:
            if state.trouble:
                raise ValueError(f"{state.name} ({state.severity}) cannot be evaluated: {state.trouble}")
        alerts = (alert for state in states for alert in state.alerts)
        yield tuple(Value({"__name__": _ALERTS, **alert.labels, "alertstate": alert.state}, 1.0) for alert in alerts)


def our_values(samples: Samples, tuning: Tuning, steps: range) -> Iterator[tuple[str, int, Values]]:
    """Every expression that has a bound, and what it gives at each evaluation, beyond the bound or not."""
    for indicator in indicators(tuning):
        if indicator.source == "log":
            continue
        expression = filled(indicator.expression, indicator.sampled_s, tuning.time_scale)
        found: dict[int, list[Value]] = {now_ms: [] for now_ms in steps}
        for one in evaluate.over(samples, expression, steps):
            for time_ns, value in one.samples:
                found[time_ns // 10**6].append(Value(one.labels, value))
        yield from ((expression, now_ms, tuple(values)) for now_ms, values in found.items())


def _tests(
    rules: Sequence[str], samples: Samples, steps: range, expected: Iterable[tuple[str, int, Values]]
) -> dict[str, Any]:
    """In the form that promtool reads (Prometheus, "Unit testing for rules"); its time begins at 0. Values may differ
    in their last bits, by the order in which they were added up.
    """
    return {
        "rule_files": rules,
        "evaluation_interval": f"{EVERY_MS}ms",
        "fuzzy_compare": True,
        "tests": [
            {
                "interval": f"{GRID_MS}ms",
                "input_series": list(inputs(samples, steps)),
                "promql_expr_test": [
                    {"expr": expression, "eval_time": f"{now - steps[0]}ms", "exp_samples": list(map(_expected, found))}
                    for expression, now, found in expected
                ],
            }
        ],
    }


def inputs(samples: Samples, steps: range) -> Iterator[Mapping[str, str]]:
    """The series as promtool is given them: a value every `GRID_MS`, from the first evaluation on."""
    for one in samples.streams:
        values = " ".join(_values(one, steps[0]))
        if values:
            yield {"series": selector_of(one.labels), "values": values}


def _values(stream: Stream, begin_ms: int) -> Iterator[str]:
    """In promtool's notation, where `_x3` stands for three samples that there are not."""
    next_ms = begin_ms
    for time, value in zip(stream.times_ms, stream.values, strict=True):
        if missing := (time - next_ms) // GRID_MS:
            yield f"_x{missing}"
        yield repr(value)
        next_ms = time + GRID_MS


def _expected(one: Value) -> Mapping[str, object]:
    return {"labels": selector_of(one.labels), "value": one.value}


def _promtool(folder: Path, tests: str) -> str:
    """What it says against a file of tests; empty when there is nothing."""
    command = [
        *("docker", "run", "--rm", "--network", "none", "--user", f"{os.getuid()}:{os.getgid()}"),
        # The tests write a store of their own to /tmp; the image's volume would be left behind.
        *("--tmpfs", "/tmp:mode=1777", "--tmpfs", "/prometheus", "--volume", f"{folder}:/rules:ro"),  # noqa: S108
        *("--entrypoint", "promtool", PROMETHEUS.image, "test", "rules", f"/rules/{tests}"),
    ]
    ran = subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
    )
    return (
        "" if ran.returncode == 0 and "SUCCESS" in ran.stdout else (ran.stdout + ran.stderr or "promtool said nothing")
    )
