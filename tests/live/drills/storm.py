"""A storm: all that the table of alerts is about goes wrong at once, before both runtimes, until all is over again."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.backends.endpoints import RemoteEndpoints
from phoenix_dev.backends.http import http_client
from phoenix_dev.backends.open import open_remote_stores
from phoenix_dev.cli.context import AppContext
from phoenix_dev.demo import system
from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.drilling.catalogue import TABLE
from phoenix_dev.drilling.fault import Requests
from phoenix_dev.drilling.host import HOST, WELL, MadeUpHost
from phoenix_dev.drilling.traffic import Traffic
from phoenix_dev.errors import NotReady
from phoenix_dev.home import project_folder
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.usecases.chaos import drill
from phoenix_dev.usecases.environment import environment
from tests.live.drills.recording import recording
from tests.stack import running_stack
from tests.waiting import wait_until
from tools.drill.agreement import metric_rules
from tools.drill.samples import read_samples, selectors_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from phoenix_dev.demo.state import DemoSystem
    from phoenix_dev.model.alert import Alert
    from phoenix_dev.runtime.protocol import Runtime
    from phoenix_dev.signals.rule import AlertRule
    from phoenix_dev.stores import Stores
    from tests.live.drills.recording import Recording
    from tools.drill.samples import Samples

SCALE = 180
TUNING = Tuning(time_scale=SCALE)
RULES: dict[tuple[str, str], AlertRule] = {(rule.alert, rule.severity): rule for rule in alert_rules(TUNING)}
#: Every second request has one of these, each in its turn: of all requests an eighth is slow, a fifth fails, of the
#: model's calls a third, and both circuit breakers open.
_WRONG = Requests(("tool-errors", "slow-db", "llm-errors", "db-errors"), 2)
_RATE, _SEED = 10.0, 6
#: A rule whose duration tells which scale of time is on.
_KNOWN_BY = ("HostCpu", "critical")
#: A share of a host cannot be more: a tenth above the bound of 0.9 is 0.99.
_FULL = 1.0
#: Until rules are evaluated in a drill's scale of time, until all fires, how long it lasts then, until all is over.
_BEGINS_S, _RISES_S, _LASTS_S, _PASSES_S = 120.0, 150.0, 10.0, 240.0
_MS = 10**6


@dataclass(frozen=True, slots=True)
class Storm:
    """What came of it. Times are Unix milliseconds: it began, all fired, then it was taken away, and all was over.

    `alerts`: by runtime, the samples of the series ALERTS. `samples`: what Prometheus kept of what its rules read.
    """

    recording: Recording
    began_ms: int
    risen_ms: int
    height_ms: int
    over_ms: int
    alerts: Mapping[str, Samples]
    samples: Samples


@dataclass(frozen=True, slots=True)
class _Side:
    runtime: Runtime
    stores: Stores

    def alerts(self) -> list[Alert]:
        """Those about what the storm is about."""
        return [alert for rule in self.stores.alerts.rules() for alert in rule.alerts if concerns(alert.labels)]

    def scaled(self) -> bool:
        """Whether rules are evaluated as a drill has it."""
        try:
            rules = [rule for rule in self.stores.alerts.rules() if (rule.name, rule.severity) == _KNOWN_BY]
        except NotReady:  # nothing was watched yet
            return False
        return any(rule.evaluated_ns and abs(rule.for_s - RULES[_KNOWN_BY].for_s) < 0.01 for rule in rules)


def concerns(labels: Mapping[str, str]) -> bool:
    """Whether an alert is about the demo or the made-up host: not about the machine, not about parts of the stack that
    only one runtime has, not for information (the embedded runtime looks at what is new every two minutes), not about
    logs (Loki reads a drill's rules within a minute) or health, which nobody asks the storm's services for.
    """
    rule = RULES.get((labels["alertname"], labels["severity"]))
    if rule is None or rule.source == "log" or rule.severity == "info" or rule.indicator == "health":
        return False
    return labels.get("service_name") in SERVICES or labels.get("host_name") == HOST


def all_fire(alerts: Iterable[Alert]) -> bool:
    """Whether every row of the table does, in both severities."""
    firing = [alert for alert in alerts if alert.state == "firing"]
    return all(any(row.expected.is_met_by(alert) for alert in firing) for row in TABLE)


def raged(home: Path, compose: str, endpoints: Mapping[str, str]) -> Storm:
    """Let one pass before the running stack of a project, and an embedded engine that is started for it."""
    with _before_both(home, compose, endpoints) as (sides, kept, demo):
        began = _now_ms()
        risen, height = _rise_and_pass(demo, kept.url, sides)
        over = _now_ms()
        alerts = {side.runtime.name: read_samples(side.stores.metrics, ["ALERTS"], began, over) for side in sides}
        samples = read_samples(sides[0].stores.metrics, selectors_of(metric_rules(TUNING)), began, over)
    return Storm(kept, began, risen, height, over, alerts, samples)


@contextmanager
def _before_both(
    home: Path, compose: str, endpoints: Mapping[str, str]
) -> Iterator[tuple[tuple[_Side, _Side], Recording, DemoSystem]]:
    """The real stack and an embedded engine with a drill on, and a demo that sends to both."""
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("PHOENIX_DEV_HOME", str(home))
        embedded = stack.enter_context(running_stack(home, project=f"{compose}-embedded"))
        http = stack.enter_context(http_client(list(endpoints.values())))
        jaeger, loki, prometheus = (endpoints[name] for name in ("jaeger", "loki", "prometheus"))
        remote = RemoteEndpoints(jaeger, loki, prometheus, alertmanager=endpoints["alertmanager"])
        real = _Side(_runtime(compose), open_remote_stores(remote, http))
        sides = (real, _Side(_runtime(embedded.project), embedded.stores))
        kept = stack.enter_context(recording(*(side.runtime.endpoints().otlp_http for side in sides)))
        for side in sides:
            stack.enter_context(drill(side.runtime, SCALE))
        folder = project_folder(home, f"{compose}-storm")
        stack.callback(system.stop, folder)
        demo = system.start(folder, environment(kept.url)).system
        wait_until(lambda: all(side.scaled() for side in sides), _BEGINS_S, what="the drill's scale of time")
        yield sides, kept, demo


def _rise_and_pass(demo: DemoSystem, otlp: str, sides: Iterable[_Side]) -> tuple[int, int]:
    """From when on all fired, and until when everything went wrong."""
    with Traffic(demo, _RATE, _SEED) as traffic, MadeUpHost(otlp) as host:
        traffic.go_wrong(_WRONG)
        for metric in WELL:
            host.set(metric, _FULL)
        wait_until(lambda: all(all_fire(side.alerts()) for side in sides), _RISES_S, what="every alert")
        risen = _now_ms()
        time.sleep(_LASTS_S)
        height = _now_ms()
        traffic.go_well()
        for metric, value in WELL.items():
            host.set(metric, value)
        wait_until(lambda: not any(side.alerts() for side in sides), _PASSES_S, what="the end of all")
        assert traffic.trouble is None
    return risen, height


def _runtime(project: str) -> Runtime:
    return AppContext().with_flags(project=project).runtime()


def _now_ms() -> int:
    return time.time_ns() // _MS
