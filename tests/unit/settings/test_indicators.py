"""Settings of what is watched: what they become, and what is said about a wrong one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.settings import load
from phoenix_dev.signals.catalogue import INDICATORS
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.tuning import CRITICAL_SERVICES, Slo, Tuning
from tests.unit.settings.written import complaint, write

if TYPE_CHECKING:
    from tests.conftest import Invoke

EVERYTHING = """
critical_services: [checkout, llm-service]
thresholds:
  service_error_rate: {warning: 2%, critical: 0.1}
  api_latency_p95: {warning: 750ms, critical: 2}
  disk: {warning: 30%}
slos:
- {name: answers, service: checkout, objective: 99.5%, window: 4w, latency: 500ms}
- {name: all, objective: 0.9}
indicators:
- name: queue_depth
  expression: |
    sum by (queue) (app_queue_depth)
    / 2
  labels: [queue]
  above: {warning: 100 for 5m, critical: 1e3}
  summary: "{{ $labels.queue }}: {{ $value }} wait"
- {name: hit_ratio, expression: "avg(rate(hits[{window}]))", below: {info: 50% for 90s}, unit: ratio}
"""


def test_without_settings_nothing_is_changed() -> None:
    assert load({}).tuning == Tuning() == Tuning(critical_services=CRITICAL_SERVICES)


def test_settings_change_bounds_and_add_slos_and_indicators() -> None:
    write(EVERYTHING)
    tuning = load({}).tuning
    assert tuning.critical_services == ("checkout", "llm-service")
    assert tuning.thresholds == {
        "service_error_rate": {"warning": 0.02, "critical": 0.1},
        "api_latency_p95": {"warning": 0.75, "critical": 2.0},
        "disk": {"warning": 0.3},
    }
    assert tuning.slos == (Slo("answers", "checkout", 0.995, 28, 0.5), Slo("all", "", 0.9))
    rules = {(rule.alert, rule.severity): rule for rule in alert_rules(tuning)}
    depth, ratio = rules["QueueDepth", "warning"], rules["HitRatio", "info"]
    assert (depth.expression, depth.for_s) == ("(sum by (queue) (app_queue_depth)\n/ 2) > 100", 300)
    assert depth.annotations["summary"] == "{{ $labels.queue }}: {{ $value | humanize }} wait"
    assert (rules["QueueDepth", "critical"].expression[-6:], rules["QueueDepth", "critical"].for_s) == ("> 1000", 0)
    assert (ratio.expression, ratio.for_s) == ("(avg(rate(hits[1m]))) < 0.5", 90)
    assert ratio.annotations["summary"] == "hit ratio is {{ $value | humanizePercentage }}"


def test_each_says_where_it_came_from_and_is_shown(invoke: Invoke) -> None:
    path = write(EVERYTHING)
    origins = load({}).origins
    assert [origins[name].place for name in ("thresholds", "slos", "indicators")] == [f"{path}:{n}" for n in (4, 8, 11)]
    shown = json.loads(invoke("config", "--json").output)
    assert shown["thresholds"]["value"][2] == {"indicator": "disk", "warning": 0.3}
    assert shown["indicators"]["value"][0]["above"] == {"warning": "100 for 5m", "critical": "1000"}
    assert shown["slos"]["value"][1]["objective"] == 0.9


def test_a_variable_holds_them_in_flow_style(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_DEV_THRESHOLDS", "{cpu: {critical: 99%}}")
    monkeypatch.setenv("PHOENIX_DEV_SLOS", "[{name: a, objective: 99%}]")
    monkeypatch.setenv("PHOENIX_DEV_CRITICAL_SERVICES", "a, b")
    tuning = load({}).tuning
    assert (tuning.thresholds, tuning.slos) == ({"cpu": {"critical": 0.99}}, (Slo("a", "", 0.99),))
    assert tuning.critical_services == ("a", "b")
    monkeypatch.setenv("PHOENIX_DEV_THRESHOLDS", "[cpu]")
    assert complaint().endswith("has to be in YAML's flow style, as in {cpu: {warning: 80%, critical: 95%}}")


@pytest.mark.parametrize("name", [one.name for one in INDICATORS if one.unit != "bool"])
def test_every_bound_that_is_a_number_can_be_set(name: str) -> None:
    write(f"thresholds: {{{name}: {{}}}}")
    assert load({}).tuning.thresholds == {name: {}}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "critical_services:\n- a\n- b$c",
            ":3 has an item of 'critical_services' that has to be the name of a service",
        ),
        ("thresholds: [cpu]", ":1 sets 'thresholds' to no mapping"),
        (
            "thresholds:\n  service_eror_rate: {warning: 2%}",
            ":2 sets 'service_eror_rate', which is no indicator with a threshold here; the nearest is 'service_error",
        ),
        ("thresholds:\n  cpu:\n    waring: 1", ":3 sets 'waring', which is no severity with a threshold here; the nea"),
        ("thresholds:\n  cpu: {info: 1}", ":2 sets 'info', which is no severity with a threshold here; there is warni"),
        (
            "thresholds:\n  cpu: {warning: much}",
            ":2 sets 'warning' to 'much', but it has to be a share, as in 0.02 or 2%",
        ),
        ("thresholds:\n  api_latency_p95: {warning: 2%}", "but it has to be seconds or a duration, as in 0.5 or 500ms"),
        ("thresholds:\n  export_queue: {warning: -1}", "to '-1', but it has to be a number, as in 10"),
        ("thresholds:\n  cpu: {warning: .nan}", "to '.nan', but it has to be a share"),
        (
            "thresholds:\n  cpu: {warning: 95%}",
            ":2 sets bounds of which the critical is reached before the warning: warning 95%, critical 90%",
        ),
        ("thresholds:\n  disk: {critical: 30%}", "warning 20%, critical 30%"),
        ("thresholds:\n  health: {warning: 1}", "sets 'health', which is no indicator with a threshold here"),
        ("thresholds:\n  cpu: {}\n  memory: {}\n  cpu: {}", ":2 sets the thresholds of 'cpu' twice"),
        ("slos:\n- {name: a}", ":2 lists an SLO without a 'objective'"),
        ("slos:\n- name: a\n  objective: 100%", ":3 sets 'objective' of an SLO to no share between 0% and 100%"),
        ("slos:\n- {name: a, objective: 99}", "sets 'objective' of an SLO to no share between 0% and 100%"),
        ("slos:\n- {name: a, objective: 99%, window: 1h}", "to '1h', but it has to be whole days or weeks"),
        ("slos:\n- {name: a, objective: 99%, latency: 300ms}", "durations are counted up to 5ms, 10ms, 25ms, 50ms"),
        ("slos:\n- {name: a, objective: 9%}\n- {name: a, objective: 8%}", "with two SLOs of the name 'a'"),
        ("slos:\n- {nmae: a}", ":2 sets 'nmae' of an SLO, which is no setting; the nearest is 'name'"),
        ('slos:\n- {name: "a\\tb", objective: 9%}', "to what is no text of one line"),
        ("slos:\n- {name: a, objective: 99.9999999%}", "to more than 99.999%, which leaves nothing to fail"),
        ("slos:\n- {name: '{{ .x }}', objective: 9%}", "sets 'name' of an SLO to a template, which it cannot be"),
        ("slos:\n- {name: a, name: b}", ":2 sets 'name' of an SLO twice"),
        ("thresholds:\n  cpu: {warning: 1%, warning: 2%}", "sets the threshold 'warning' of 'cpu' twice"),
        (
            "indicators:\n- {name: a, expression: up}",
            ":2 lists an indicator that needs 'above' or 'below', one of them",
        ),
        ("indicators:\n- {name: cpu, expression: up, above: {info: 1}}", "which there is already: see 'thresholds'"),
        ("indicators:\n- {name: host_cpu, expression: up, above: {info: 1}}", "which there is already"),
        (
            "indicators:\n- {name: A-b, expression: up, above: {info: 1}}",
            "to 'A-b', but it has to be as in queue_depth",
        ),
        (
            "indicators:\n- name: a\n  expression: up{\n  above: {info: 1}",
            ":3 sets 'expression' of an indicator to what is no",
        ),
        ("indicators:\n- {name: a, expression: 'a) or (b', above: {info: 1}}", "what is no PromQL"),
        ("indicators:\n- {name: a, expression: 'up[5m]', above: {info: 1}}", "what is no PromQL"),
        ("indicators:\n- {name: a, expression: 'up @ -1', above: {info: 1}}", "a time before 1970"),
        (f"indicators:\n- {{name: a, expression: {'(' * 9999}, above: {{info: 1}}}}", "more than 100 brackets"),
        ("indicators:\n- {name: a, expression: up, above: {}}", "it has to be as in {warning: 100 for 5m}"),
        (
            "indicators:\n- {name: a, expression: up, above: {info: 1 for long}}",
            "but it has to be as in 100 or 100 for 5m",
        ),
        ("indicators:\n- {name: a, expression: up, above: {warning: 2, critical: 1}}", "critical is reached before"),
        ("indicators:\n- {name: a, expression: up, above: {info: 1}, unit: sec}", "has to be one of ratio, s, count"),
        ("indicators:\n- {name: a, expression: up, above: {info: 1}, labels: [a-b]}", "names the label 'a-b'"),
        (
            "indicators:\n- {name: a, expression: up, above: {info: 1}, summary: '{{ x }}'}",
            "what is no template: '{{' beg",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, what: str) -> None:
    path = write(text)
    said = complaint()
    assert said.startswith(f"{path}:")
    assert what in said
