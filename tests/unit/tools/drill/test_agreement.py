"""What the comparison of both evaluations is made of: samples as they were kept, and as promtool is given them."""

from __future__ import annotations

from phoenix_dev.promql.nodes import Selector, selectors_in
from phoenix_dev.promql.parse import parsed
from phoenix_dev.promql.source import Stream
from phoenix_dev.signals.names import CPU
from phoenix_dev.signals.tuning import Tuning
from tests.promql.notation import kept
from tools.drill.agreement import EVERY_MS, GRID_MS, inputs, metric_rules, our_states, our_values
from tools.drill.samples import Samples, selectors_of

_S = 1_000
BEGIN = 1_790_000_000 * _S
BUSY = {"__name__": CPU, "host_name": 'a "b" \\ {c}', "cpu": "0", "state": "user"}
TUNING = Tuning(time_scale=100)


def cpu(*levels: float) -> Samples:
    """A sample a second, each a little late."""
    times = [BEGIN + at * _S + 120 for at in range(len(levels))]
    return Samples([Stream(BUSY, times, levels)])


def test_promtool_is_given_the_very_samples_with_what_is_missing_between_them() -> None:
    values = (0.5, 1e-9, -12345.678901234567, 1e22)
    stream = Stream(BUSY, [BEGIN + 700, BEGIN + 1_490, BEGIN + 1_510, BEGIN + 9_980], values)
    on_grid = Samples([stream]).on_grid(GRID_MS)
    told = {one["series"]: one["values"] for one in inputs(on_grid, range(BEGIN, BEGIN + 20 * _S, EVERY_MS))}
    (read,) = kept(told, GRID_MS / _S, BEGIN).streams
    assert read.labels == BUSY
    # The second and the third meet at the same place: the later one stands.
    assert dict(zip(read.times_ms, read.values, strict=True)) == {
        BEGIN + 500: 0.5, BEGIN + 1_500: -12345.678901234567, BEGIN + 10_000: 1e22
    }  # fmt: skip


def test_our_states_are_those_of_each_second_with_the_labels_of_the_series_of_alerts() -> None:
    rules = [rule for rule in metric_rules(TUNING) if (rule.alert, rule.severity) == ("HostCpu", "critical")]
    steps = range(BEGIN, BEGIN + 7 * _S, _S)
    states = list(our_states(cpu(0.5, 0.95, 0.95, 0.95, 0.95, 0.95, 0.5).on_grid(GRID_MS), rules, steps))
    assert [[one.labels["alertstate"] for one in active] for active in states] == [
        [], ["pending"], ["pending"], ["pending"], ["firing"], ["firing"], []
    ]  # fmt: skip
    assert states[5][0].labels == {
        "__name__": "ALERTS", "alertname": "HostCpu", "alertstate": "firing", "severity": "critical",
        "host_name": BUSY["host_name"],
    }  # fmt: skip


def test_values_are_compared_on_either_side_of_their_bound() -> None:
    steps = range(BEGIN, BEGIN + 2 * _S, _S)
    found = {at: values for _, at, values in our_values(cpu(0.5, 0.95).on_grid(GRID_MS), TUNING, steps) if values}
    assert [one.value for at in steps for one in found[at]] == [0.5, 0.95]


def test_what_rules_read_is_asked_for_as_they_have_it_and_once() -> None:
    rules = metric_rules(TUNING)
    asked = selectors_of(rules)
    assert len(asked) == len(set(asked))
    wanted = {one.matchers for rule in rules for one in selectors_in(parsed(rule.expression))}
    assert {node.matchers for node in map(parsed, asked) if isinstance(node, Selector)} == wanted
