"""Who hears of alerts on the real stack: what `up` makes of the settings, and who can read the secrets."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from phoenix_dev.alerting.channels import channels_of
from phoenix_dev.alerting.routes import THINGS
from phoenix_dev.assets import assets_folder
from phoenix_dev.errors import UsageError
from phoenix_dev.runtime.compose.alert_files import AlertFiles
from phoenix_dev.runtime.compose.stack_files import StackFiles
from phoenix_dev.runtime.compose.time_zone import local_time_zone
from phoenix_dev.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Mapping

PORTS = {"grafana": 3333, "alertmanager": 9999}
MAIL = {
    "alerts.email.to": "team@x.example",
    "alerts.email.from": "phoenix@x.example",
    "alerts.email.smarthost": "smtp.x.example:587",
}


def secret(name: str, text: str) -> str:
    path = Path.cwd() / name
    path.write_text(text)
    return str(path)


def delivery(home: Path, *without: str, **flags: str) -> AlertFiles:
    settings = load({name.replace("__", "."): value for name, value in flags.items()})
    return AlertFiles(home, settings, channels_of(settings), PORTS, without)


def configuration(of: AlertFiles) -> Any:
    return yaml.safe_load(of.files(assets_folder())["compose/alertmanager/alertmanager.yml"])


def receiver(found: Any, name: str) -> Mapping[str, Any]:
    (one,) = (one for one in found["receivers"] if one["name"] == name)
    config: Mapping[str, Any] = one[f"{name}_configs"][0]
    return config


def files_of(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (home / "channels" / "files").iterdir()}


def test_without_settings_it_is_what_is_checked_in_and_all_goes_to_the_inbox(tmp_path: Path) -> None:
    plain = delivery(tmp_path)
    checked_in = assets_folder() / "compose" / "alertmanager"
    assert configuration(plain) == yaml.safe_load((checked_in / "alertmanager.yml").read_text())
    plain.write_secrets()
    for name, text in files_of(tmp_path).items():
        by_hand = checked_in / "channels" / name
        assert text.strip() == (by_hand.read_text().strip() if by_hand.exists() else ""), name


def test_a_channel_that_is_set_up_gets_it_and_the_times_are_those_of_the_settings(tmp_path: Path) -> None:
    real = delivery(
        tmp_path,
        alerts__slack_url_file=secret("slack", "https://hooks.slack.example/services/T/B/x\n"),
        alerts__pagerduty_key_file=secret("key", "R0UT1NG"),
        alerts__email__user="phoenix",
        alerts__email__password_file=secret("password", "p: 'w\n"),
        alerts__group_wait="1s",
        alerts__group_interval="2s",
        alerts__repeat_interval="3m",
        **{name.replace(".", "__"): value for name, value in MAIL.items()},
    )
    found = configuration(real)
    assert "url" not in receiver(found, "pagerduty"), "PagerDuty's own"
    mail = receiver(found, "email")
    assert (mail["to"], mail["from"]) == ("team@x.example", "phoenix@x.example")
    assert (mail["smarthost"], mail["require_tls"], mail["auth_username"]) == ("smtp.x.example:587", True, "phoenix")
    route = found["route"]
    assert (route["group_wait"], route["group_interval"], route["repeat_interval"]) == ("1s", "2s", "3m")
    real.write_secrets()
    assert files_of(tmp_path) == {
        "slack_url": "https://hooks.slack.example/services/T/B/x",
        "pagerduty_key": "R0UT1NG",
        "email_password": "p: 'w",
    }
    assert "R0UT1NG" not in str(found)
    assert "p: 'w" not in str(found)


def test_what_alerts_of_ones_own_are_about_is_compared_by_inhibition(tmp_path: Path) -> None:
    Path("phoenix-dev.yaml").write_text(
        """
        indicators:
        - {name: queue_depth, expression: app_queue_depth, labels: [queue], above: {warning: 1, critical: 9}}
        - name: lag
          expression: 'max by (topic, service_name) (lag{region!="test"}) * on (severity, shard) group_left (zone) seen'
          summary: "{{ $labels.stage }} lags"
          below: {warning: 9, critical: 1}
        """
    )
    of_one_thing, of_all = configuration(delivery(tmp_path))["inhibit_rules"]
    things = ["alertname", *THINGS, "queue", "region", "shard", "stage", "topic", "zone"]
    assert of_one_thing["equal"] == things
    assert of_all["source_matchers"] == ['severity="critical"', *(f'{label}=""' for label in things[1:])]


def test_secrets_are_open_for_the_container_and_closed_for_others(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        delivery(tmp_path).write_secrets()
    finally:
        os.umask(before)
    locked = tmp_path / "channels"
    assert locked.stat().st_mode & 0o777 == 0o700
    assert (locked / "files").stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in (locked / "files").iterdir()} == {0o644}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"alerts.slack_url_file": "/nowhere/slack"}, "/nowhere/slack of the setting alerts.slack_url_file cannot be"),
        ({"alerts.pagerduty_key_file": "two lines"}, "does not hold an integration key in one line"),
        ({"alerts.email.to": "a@x.example"}, "alerts.email.to is given and alerts.email.from is not"),
        ({**MAIL, "alerts.email.user": "phoenix"}, "alerts.email.user and alerts.email.password_file go together"),
    ],
)
def test_a_channel_that_is_half_set_up_is_named(flags: dict[str, str], said: str) -> None:
    secret("two lines", "a\nb\n")
    with pytest.raises(UsageError, match=said):
        channels_of(load(flags))


@pytest.mark.parametrize(
    ("without", "leads_to"), [((), "http://127.0.0.1:3333/{{"), (("grafana",), "http://127.0.0.1:9999/#/alerts{{")]
)
def test_messages_lead_to_where_dashboards_are(tmp_path: Path, without: tuple[str, ...], leads_to: str) -> None:
    own = delivery(tmp_path, *without, project="shop")
    links = own.files(assets_folder())["compose/alertmanager/templates/links.tmpl"].decode()
    assert f'"phoenix.dashboard" }}}}{leads_to}' in links
    assert '"phoenix.project" }}shop{{' in links
    assert own.variables()["PHOENIX_DASHBOARDS"] == leads_to.partition("/{{")[0].partition("/#")[0]


def test_the_inbox_runs_from_what_is_written_for_its_container(tmp_path: Path) -> None:
    stack = StackFiles(tmp_path / "stack")
    stack.write(assets_folder(), {}, delivery(tmp_path).files(assets_folder()))
    program = (
        "import sys; sys.path.append(sys.argv.pop(1)); import phoenix_dev.inbox.mail as m; print(m.SMTP.__module__)"
    )
    ran = subprocess.run(
        [sys.executable, "-S", "-B", "-c", program, str(stack.project_folder / "inbox" / "packages")],
        cwd=stack.folder,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == "aiosmtpd.smtp", ran.stderr
    gone = stack.folder / "phoenix_dev" / "inbox" / "of_an_older_version.py"
    gone.write_text("")
    stack.write(assets_folder(), {}, delivery(tmp_path).files(assets_folder()))
    assert not gone.exists()


@pytest.mark.parametrize(
    ("zone", "words", "hour"),
    [
        ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", 7),
        ("Nowhere/Else", "<local>0:00", 5),
    ],
)
def test_the_local_time_is_told_in_words_that_need_no_table(
    monkeypatch: pytest.MonkeyPatch, zone: str, words: str, hour: int
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert local_time_zone() == words
        monkeypatch.setenv("TZ", words)
        time.tzset()
        assert time.localtime(1_752_469_200).tm_hour == hour  # 2025-07-14 05:00 UTC
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_mail_server_without_a_user_is_not_asked_for_tls() -> None:
    settings = load(MAIL)
    mail = receiver(configuration(AlertFiles(Path(), settings, channels_of(settings), PORTS)), "email")
    assert mail["require_tls"] is False
    assert "auth_username" not in mail
    assert channels_of(settings).real == ("email",)
    assert channels_of(Settings()).real == ()
