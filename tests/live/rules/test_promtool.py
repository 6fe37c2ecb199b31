"""Every alert, by the real Prometheus: both sides of its bound and of its duration, in the words that we predict."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import yaml

from phoenix_dev.model.quoted import quoted
from phoenix_dev.signals import prometheus, promtool
from phoenix_dev.signals.catalogue import BY_NAME
from phoenix_dev.signals.indicator import Level
from phoenix_dev.signals.promtool.case import Case, Check, Firing, document
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.tuning import Slo, Tuning
from phoenix_dev.signals.yaml_text import yaml_text
from tests.live.compose.by_hand import FILE

if TYPE_CHECKING:
    from pathlib import Path

#: Two services, and one with a latency: what is good is then counted in another way.
USUAL = Tuning(slos=(Slo("answers", "orchestrator", 0.99), Slo("in time", "data-router", 0.995, 30, 0.5)))
#: Bounds and an indicator of the user's own, and an SLO of all services.
TEXT = "a: 'b' # {c} \"d\" - \\ \t\x85\u202e\u2028 ü 🚀\nnew line {{ $labels.thing }} "
OWN = replace(
    BY_NAME["cpu"],
    name="own",
    alert="Own",
    group="own",
    labels=("thing",),
    expression="max by (thing) (own_things)",
    levels=(Level("warning", 10, 60),),
    summary=TEXT + "{{ $value | humanize1024 }} {{ $value }}",
    unit="s",
)
CHANGED = Tuning(
    slos=(Slo("all", "", 0.9),),
    thresholds={"service_error_rate": {"critical": 0.25}, "export_queue": {"warning": 7}},
    indicators=(OWN,),
)
#: What a label may hold: nothing of it is a template, and it comes through as it is.
HOSTILE = '{{ $value }} {{ query "up" }} $(id) \';" \\ \x1b[31m\u202e\n<b>'
CHECK = "promtool check rules --lint=all --lint-fatal /rules/*/*.yml"
TEST = "promtool test rules /rules/*/*_test.yaml"
#: Numbers in all formatters, the bare value of Go among them, from small to large.
VALUES = (1e-9, 0.00012, 0.5, 999.5, 123456.7, 1234567.8, 16777216.0, 2.5e12, -12.25, -0.004)
WORDS = "{{ $value }}|{{ $value | humanize }}|{{ $value | humanize1024 }}|{{ $value | humanizePercentage }}|"
WORDS += '{{ $value | humanizeDuration }}|{{ $value | printf "%.2f" }}|{{ $labels.gone }}'
TOLD = replace(OWN, name="told", alert="Told", expression="told", summary="", levels=(Level("info", -1e9, 0),))


def test_every_alert_fires_when_it_should_and_says_what_we_predict(engine: str, tmp_path: Path) -> None:
    put(tmp_path / "usual", USUAL)
    put(tmp_path / "changed", CHANGED)
    for test in (tmp_path / "changed").glob("*_test.yaml"):
        if test.name != "slos_test.yaml":  # as before; what is new is how the rules read
            test.unlink()
    put_words(tmp_path / "words")
    image = yaml.safe_load(FILE.read_text("utf-8"))["services"]["prometheus"]["image"].rpartition("}")[2]
    # The tests write a store of their own to /tmp; the image's volume would be left behind.
    command = [
        *("docker", "run", "--rm", "--network", "none", "--user", f"{os.getuid()}:{os.getgid()}"),
        *("--tmpfs", "/tmp:mode=1777", "--tmpfs", "/prometheus", "--volume", f"{tmp_path}:/rules:ro"),
        *("--entrypoint", "/bin/sh", image, "-c", f"{CHECK} && {TEST}"),
    ]
    told = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    said = told.stdout + told.stderr
    assert told.returncode == 0, said[-4000:]
    assert said.count("  SUCCESS: ") == 12, "files of rules"
    assert said.count("  SUCCESS\n") == 7, "files of tests"


def put(folder: Path, tuning: Tuning) -> None:
    """Rules and their tests; of the indicator of the user's own one is written here."""
    folder.mkdir()
    rules = prometheus.rule_files(tuning)
    tests = promtool.test_files(tuning)
    for name, text in {**rules, **tests}.items():
        (folder / name).write_text(text, "utf-8")


def put_words(folder: Path) -> None:
    """What becomes of values and of hostile labels in the texts of alerts."""
    tuning = Tuning(indicators=(OWN, TOLD))
    folder.mkdir()
    (folder / "own.yml").write_text(prometheus.rule_files(tuning)["own.yml"], "utf-8")
    rules = [
        replace(rule, annotations={**rule.annotations, "summary": WORDS}) if rule.alert == "Told" else rule
        for rule in alert_rules(tuning)
    ]
    written = (folder / "own.yml").read_text("utf-8")
    (folder / "own.yml").write_text(written.replace("summary: ''", f"summary: '{WORDS}'"), "utf-8")
    hostile = Case(
        "labels that look like something else",
        {f"own_things{{thing={quoted(HOSTILE)}}}": "2048x10"},
        (Check(60, "Own", (Firing("warning", {"thing": HOSTILE}, 2048.0),)),),
    )
    numbers = Case(
        "numbers of all sizes",
        {f'told{{number="{number}"}}': f"{value!r} {value!r}" for number, value in enumerate(VALUES)},
        (Check(0, "Told", tuple(Firing("info", {"number": str(n)}, value) for n, value in enumerate(VALUES))),),
    )
    tests = document(["own.yml"], [hostile, numbers], rules)
    (folder / "words_test.yaml").write_text(yaml_text(tests, "words"), "utf-8")
