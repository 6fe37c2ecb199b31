"""Alerts on their way: from Alertmanager's API to the inbox, by the routes that are checked in."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from phoenix_dev.alerting.channels import Channels
from phoenix_dev.alerting.notifier import Notifier, Pace
from phoenix_dev.backends.http import http_client
from phoenix_dev.backends.open import open_remote_stores
from phoenix_dev.model.alert import CHANNEL_OF, SEVERITIES, Alert
from phoenix_dev.model.moment import rfc3339
from phoenix_dev.runtime.compose.alert_files import AlertFiles
from phoenix_dev.settings import Settings
from phoenix_dev.signals.own import own_indicator
from tests import otlp
from tests.live.compose.by_hand import FILE
from tests.live.conftest import endpoints
from tests.ports import free_port
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phoenix_dev.model.alert import Channel, Delivery, Severity
    from tests.live.compose.by_hand import ByHand

S = 10**9
#: Alerts that have been firing for longer than their group waits (seconds) are told at once.
AGO_S = 60
#: Unlike those of other runs.
RUN = otlp.new_span_id()
NAME = f"Errors{RUN}"
TOLD = {
    "summary": "12% of <!channel> & fail",
    "description": "It was 5% for 3m.",
    # As YAML has a mapping: Alertmanager would make one of it.
    "runbook": "1. `phoenix-dev traces --error`: look.\n2. Then: sleep <well>.\n",
    "dashboard": "phoenix-service",
}


def alert(severity: Severity, name: str = NAME, **labels: str) -> Alert:
    labels = {"alertname": name, "severity": severity, **labels}
    return Alert(name, severity, "firing", labels, TOLD, 1.0, time.time_ns() - AGO_S * S)


ALERTS = (
    alert("critical", service_name="api"),
    alert("warning", service_name="api"),
    alert("warning", service_name="web"),
    alert("critical", f"Cpu{RUN}", host_name="a"),
    alert("warning", f"Cpu{RUN}", host_name="a"),
    alert("warning", f"Cpu{RUN}", host_name="b"),
    alert("critical", f"Breakers{RUN}"),
    alert("warning", f"Breakers{RUN}", service_name="api", breaker="x"),
    alert("info", f"New{RUN}", service_name="a b&c"),
)


def post(stack: ByHand, *alerts: Alert, url: str = "") -> None:
    until = rfc3339(time.time_ns() + 300 * S)
    told = [
        {"labels": a.labels, "annotations": a.annotations, "startsAt": rfc3339(a.since_ns), "endsAt": until}
        for a in alerts
    ]
    answer = stack.http.post(f"{url or stack.url('ALERTMANAGER')}/api/v2/alerts", json=told)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def came(stack: ByHand) -> list[Delivery]:
    """What the inbox took, once all alerts were posted and as many messages came as should."""
    since_ns = time.time_ns()
    where = endpoints(stack)
    with http_client([where.inbox]) as http:
        store = open_remote_stores(where, http).alerts

        def ours(channel: Channel) -> list[Delivery]:
            found = [one for one in store.deliveries(since_ns) if RUN in one.body and one.channel == channel]
            return found if len(found) >= 3 else []

        # Told at once, a warning could be out before Alertmanager has seen what inhibits it.
        post(stack, *(one for one in ALERTS if one.severity == "critical"))
        paged = wait_until(lambda: ours("pagerduty"), what="three events")
        post(stack, *(one for one in ALERTS if one.severity != "critical"))
        return [*paged, *wait_until(lambda: ours("slack"), what="three messages")]


def test_amtool_finds_nothing_wrong_and_sends_each_severity_and_each_summary_its_way(stack: ByHand) -> None:
    config = "/etc/phoenix/alertmanager/alertmanager.yml"
    matchers = {f"severity={severity}": CHANNEL_OF[severity] for severity in SEVERITIES}
    matchers |= {"report=daily": "email", "report=weekly": "email", "severity=unheard-of": "slack"}
    tests = [
        f"amtool config routes test --config.file={config} --verify.receivers={to} {m}" for m, to in matchers.items()
    ]
    mounts = ("--volume", f"{FILE.parent / 'alertmanager'}:/etc/phoenix/alertmanager:ro")
    image = stack.containers()["alertmanager"]["Config"]["Image"]
    script = " && ".join((f"amtool check-config {config}", *tests))
    told = stack.docker("run", "--rm", *mounts, "--entrypoint", "/bin/sh", image, "-c", script)
    assert "SUCCESS" in told
    assert [line for line in told.splitlines() if line in CHANNEL_OF.values() or line == "email"] == list(
        matchers.values()
    )


@pytest.mark.usefixtures("came")
def test_a_warning_beside_its_critical_alert_is_inhibited_and_no_other_is(stack: ByHand) -> None:
    found = wait_until(lambda: mine(stack), what="all that was posted")
    inhibited = {(one["labels"]["alertname"], one["labels"].get("service_name") or one["labels"].get("host_name")): by
                 for one in found if (by := one["status"]["inhibitedBy"])}  # fmt: skip
    names = {one["fingerprint"]: (one["labels"]["alertname"], one["labels"]["severity"]) for one in found}
    assert {thing: [names[number] for number in by] for thing, by in inhibited.items()} == {
        (NAME, "api"): [(NAME, "critical")],
        (f"Cpu{RUN}", "a"): [(f"Cpu{RUN}", "critical")],
        (f"Breakers{RUN}", "api"): [(f"Breakers{RUN}", "critical")],
    }


def test_nor_is_one_about_another_thing_that_only_the_settings_know(stack: ByHand, tmp_path: Path) -> None:
    """Alertmanager as `up` sets it up for an indicator of the settings, whose alerts differ by the label `queue`."""
    own = own_indicator("depth", "depth", (), above=True, labels=("queue",))
    written = AlertFiles(tmp_path, Settings(indicators=(own,)), Channels(), {}).files(FILE.parent.parent)
    (tmp_path / "alertmanager.yml").write_bytes(written["compose/alertmanager/alertmanager.yml"])
    image, port = stack.containers()["alertmanager"]["Config"]["Image"], free_port()
    options = ("--rm", "--detach", f"--user={os.getuid()}", f"--publish=127.0.0.1:{port}:9093", "--tmpfs=/alertmanager")
    container = stack.docker(
        "run", *options, f"--volume={tmp_path}:/etc/phoenix/own:ro", image,
        "--config.file=/etc/phoenix/own/alertmanager.yml", "--storage.path=/alertmanager", "--cluster.listen-address=",
    ).strip()  # fmt: skip
    url = f"http://127.0.0.1:{port}"

    def held() -> dict[tuple[str, str], int]:
        found = stack.http.get(f"{url}/api/v2/alerts").json()
        return {(a["labels"]["severity"], a["labels"]["queue"]): len(a["status"]["inhibitedBy"]) for a in found}

    try:
        wait_until(lambda: ready(stack, url), what="an Alertmanager with these routes")
        post(stack, alert("critical", queue="a"), alert("warning", queue="a"), alert("warning", queue="b"), url=url)
        wanted = {("critical", "a"): 0, ("warning", "a"): 1, ("warning", "b"): 0}
        wait_until(lambda: held() == wanted, what="that the warning about the other queue alone is told")
    finally:
        stack.docker("rm", "--force", container)


def test_the_inbox_holds_what_was_to_be_told_and_says_it_as_the_embedded_runtime_would(came: list[Delivery]) -> None:
    ours = Notifier("phoenix", page, Pace(group_wait_ns=0))
    wanted = ours.take(ALERTS, time.time_ns())
    assert {(one.alerts, one.severity) for one in came} == {(one.alerts, one.severity) for one in wanted}
    assert sorted(map(comparable, came), key=str) == sorted(map(comparable, wanted), key=str)


def ready(stack: ByHand, url: str) -> bool:
    with suppress(httpx.HTTPError):
        return stack.http.get(f"{url}/-/ready").status_code == 200
    return False


def mine(stack: ByHand) -> list[dict[str, Any]]:
    """What Alertmanager has of what was posted; empty until it has decided about all of it."""
    answer = stack.http.get(f"{stack.url('ALERTMANAGER')}/api/v2/alerts")
    found = [one for one in answer.json() if RUN in one["labels"]["alertname"]]
    return found if len(found) == len(ALERTS) else []


def page(annotations: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """As compose/alertmanager/templates/links.tmpl has it."""
    from urllib.parse import quote_plus

    service = labels.get("service_name")
    return f"http://127.0.0.1:3000/d/{annotations['dashboard']}" + (
        f"?var-service={quote_plus(service)}" if service else ""
    )


def comparable(delivery: Delivery) -> dict[str, Any]:
    """A message without what is Alertmanager's own: a group's key, the project's name, the tabs that ward YAML off."""
    body: dict[str, Any] = json.loads(delivery.body)
    body.pop("dedup_key", None)
    details = body.get("payload", {}).get("custom_details", {})
    details |= {name: text.lstrip("\t") for name, text in details.items() if isinstance(text, str)}
    for part in (body.get("payload", {}), *body.get("attachments", [])):
        part.pop("group", None)
        part.pop("footer", None)
    if "source" in body.get("payload", {}) and not body["payload"].get("component"):
        body["payload"].pop("source")
    return {"told": (delivery.status, delivery.severity, delivery.alerts, delivery.title), "body": body}
