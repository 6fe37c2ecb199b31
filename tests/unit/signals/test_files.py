"""What is written for Prometheus, Loki and promtool: whole, in step with the code, and safe for any text in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.signals import loki, prometheus, promtool
from phoenix_dev.signals.annotations import worded
from phoenix_dev.signals.catalogue import INDICATORS
from phoenix_dev.signals.durations import written
from phoenix_dev.signals.names import CORE_PARTS, DURATION_BOUNDS_S, OPTIONAL_PARTS
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.tuning import Slo, Tuning
from phoenix_dev.signals.yaml_text import yaml_text
from tools.rules.write import write_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[3]
SLO = Slo("answers", "orchestrator", 0.99)


def rules_in(files: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for text in files.values():
        for group in yaml.safe_load(text)["groups"]:
            yield from group["rules"]


def test_the_committed_files_are_what_the_code_makes(tmp_path: Path) -> None:
    (tmp_path / prometheus.FOLDER).mkdir(parents=True)
    (tmp_path / prometheus.FOLDER / "gone.yml").write_text("{}")
    write_all(tmp_path)
    for folder in (prometheus.FOLDER, loki.FOLDER):
        made = {file.name: file.read_text("utf-8") for file in (tmp_path / folder).iterdir()}
        committed = {file.name: file.read_text("utf-8") for file in (ROOT / "provisioning" / folder).iterdir()}
        assert committed == made, "run: python -m tools.rules"


def test_every_rule_stands_in_one_file_with_its_words() -> None:
    tuning = Tuning(slos=(SLO,))
    written = [*rules_in(prometheus.rule_files(tuning)), *rules_in(loki.rule_files(tuning))]
    stated = {(rule["alert"], rule["labels"]["severity"]): rule for rule in written if "alert" in rule}
    for rule in alert_rules(tuning):
        found = stated.pop((rule.alert, rule.severity))
        assert found["expr"] == rule.expression
        assert found["annotations"] == rule.annotations
    assert stated == {}
    assert [rule["record"] for rule in written if "record" in rule] == ["slo:requests:rate", "slo:requests_bad:rate"]


def test_only_a_drill_is_evaluated_every_second() -> None:
    def intervals(tuning: Tuning) -> set[str]:
        files = {**prometheus.rule_files(tuning), **loki.rule_files(tuning)}
        return {group.get("interval", "") for text in files.values() for group in yaml.safe_load(text)["groups"]}

    assert intervals(Tuning()) == {""}
    assert intervals(Tuning(time_scale=60)) == {"1s"}


@given(st.text(max_size=60), st.text(st.sampled_from("\x00\x85\u2028\ufeff\ud800\r\n\t'\"\\#:-{}| "), max_size=20))
def test_any_text_is_that_text_in_yaml(text: str, nasty: str) -> None:
    for sent in (text + nasty, nasty + text):
        carried = sent.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert yaml.safe_load(yaml_text({"rules": [{"summary": sent}]}, "any")) == {"rules": [{"summary": carried}]}


def test_every_alert_has_tests_with_the_bounds_of_the_settings() -> None:
    tuning = Tuning(slos=(SLO,), thresholds={"cpu": {"critical": 0.5}})
    files = promtool.test_files(tuning)
    assert {name.replace("_test.yaml", ".yml") for name in files} == set(prometheus.rule_files(tuning))
    tests = [test for text in files.values() for test in yaml.safe_load(text)["tests"]]
    fires = {
        (check["alertname"], alert["exp_labels"]["severity"])
        for test in tests
        for check in test["alert_rule_test"]
        for alert in check["exp_alerts"]
    }
    silent = {check["alertname"] for test in tests for check in test["alert_rule_test"] if not check["exp_alerts"]}
    wanted = {(rule.alert, rule.severity) for rule in alert_rules(tuning) if rule.source != "log"}
    assert fires == wanted
    assert silent == {alert for alert, _ in wanted}
    assert any(test["name"].startswith("cpu critical: 0.505 for 300 s") for test in tests)


def test_names_are_those_of_the_stack() -> None:
    collector = yaml.safe_load((ROOT / "compose/otelcol/config.yaml").read_text("utf-8"))
    buckets = collector["connectors"]["spanmetrics"]["histogram"]["explicit"]["buckets"]
    seconds = [float(one[:-2]) / 1000 if one.endswith("ms") else float(one[:-1]) for one in buckets]
    assert tuple(seconds) == DURATION_BOUNDS_S
    scraped = yaml.safe_load((ROOT / "compose/prometheus/prometheus.yml").read_text("utf-8"))["scrape_configs"]
    assert {*CORE_PARTS, *OPTIONAL_PARTS} <= {job["job_name"] for job in scraped}


def test_every_alert_leads_to_a_dashboard_that_is_there() -> None:
    boards = (ROOT / "provisioning" / "grafana" / "dashboards").glob("*.json")
    uids = {json.loads(board.read_text("utf-8"))["uid"] for board in boards}
    assert {rule.annotations["dashboard"] for rule in alert_rules(Tuning(slos=(SLO,)))} <= uids


def test_the_readme_tells_every_bound_that_can_be_set() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for indicator in INDICATORS:
        if indicator.unit == "bool" or indicator.group == "changes":
            continue
        (row,) = (line for line in readme.splitlines() if line.startswith("|") and f" `{indicator.name}` " in line)
        for level in indicator.levels:
            bound = f"{'above' if indicator.above else 'below'} {worded(level.bound, indicator.unit)}"
            lasting = f" for {written(level.for_s)}" if level.for_s else ""
            assert f"| {bound if level.bound else 'any'}{lasting} |" in row


def test_of_one_thing_the_critical_alert_alone_is_told() -> None:
    inhibit = yaml.safe_load((ROOT / "compose/alertmanager/alertmanager.yml").read_text("utf-8"))["inhibit_rules"]
    labels = {label for indicator in INDICATORS for label in indicator.labels}
    assert labels - {"service_version"} <= set(inhibit[0]["equal"])
