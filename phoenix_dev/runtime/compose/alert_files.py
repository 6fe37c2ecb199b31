"""Who hears of alerts on the real stack: Alertmanager's configuration, the channels' secrets, and the inbox's program.

A secret must be readable for the user of Alertmanager's container and for nobody else on this machine: it lies open in
an open folder, and that in one which only its owner may enter. The container is given the inner folder.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phoenix_dev.alerting.routes import things_of
from phoenix_dev.processes.in_place import put_in_place
from phoenix_dev.runtime.compose.parts import ALERTMANAGER, GRAFANA
from phoenix_dev.runtime.compose.time_zone import local_time_zone
from phoenix_dev.signals.own import own_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phoenix_dev.alerting.channels import Channels, Email
    from phoenix_dev.settings import Settings

CONFIGURATION = "compose/alertmanager/alertmanager.yml"
_LINKS = "compose/alertmanager/templates/links.tmpl"
#: Below the project's state folder; what compose.yaml mounts is relative to the folder that it runs from.
_LOCKED, _OPEN = "channels", "files"
_MOUNTED = f"../../{_LOCKED}/{_OPEN}"
_IN_THE_CONTAINER = "/etc/phoenix/channels"
#: What a channel that is not set up is given: the inbox takes any key.
_INBOX_SLACK, _INBOX_KEY = "http://inbox:9095/slack", "inbox"
#: What the inbox imports beside Python, and of that what only their makers need.
_PACKAGES = ("aiosmtpd", "public", "attr")
_LEFT_OUT = ("tests", "qa", "docs", "testing")


@dataclass(frozen=True, slots=True)
class AlertFiles:
    """The way of alerts of one project. `home` is its state folder, `ports` are those that its parts publish."""

    home: Path
    settings: Settings
    channels: Channels
    ports: Mapping[str, int]
    without: tuple[str, ...] = ()

    def variables(self) -> Mapping[str, str]:
        """Values of variables in compose.yaml."""
        return {"PHOENIX_CHANNELS": _MOUNTED, "PHOENIX_DASHBOARDS": self._pages, "PHOENIX_TZ": local_time_zone()}

    def files(self, assets: Path) -> Mapping[str, bytes]:
        """Files of the folder that compose runs from, by their path in it, which are not what the assets have."""
        return {
            CONFIGURATION: self._configuration((assets / CONFIGURATION).read_bytes()),
            _LINKS: self._links((assets / _LINKS).read_text(encoding="utf-8")).encode(),
            **dict(_program()),
        }

    def write_secrets(self) -> None:
        """Put the channels' secrets in place. Raises OSError."""
        locked = self.home / _LOCKED
        locked.mkdir(mode=0o700, exist_ok=True)
        locked.chmod(0o700)
        folder = locked / _OPEN
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        email = self.channels.email
        for name, secret in {
            "slack_url": self.channels.slack_url or _INBOX_SLACK,
            "pagerduty_key": self.channels.pagerduty_key or _INBOX_KEY,
            "email_password": email.server.password if email else "",
        }.items():
            put_in_place(folder / name, secret.encode("utf-8"), mode=0o644)

    @property
    def _pages(self) -> str:
        """Where a person looks: Grafana, else Alertmanager's own page."""
        part = ALERTMANAGER if GRAFANA.name in self.without else GRAFANA
        return f"http://127.0.0.1:{self.ports.get(part.ports[0].name, part.ports[0].inside)}"

    def _configuration(self, checked_in: bytes) -> bytes:
        import yaml

        found: dict[str, Any] = yaml.safe_load(checked_in)
        alerts, route = self.settings.alerts, found["route"]
        for name in ("group_wait", "group_interval", "repeat_interval"):
            route[name] = getattr(alerts, name)
        found["inhibit_rules"] = _inhibiting(found["inhibit_rules"], own_labels(self.settings.tuning.indicators))
        receivers = {one["name"]: one for one in found["receivers"]}
        if self.channels.pagerduty_key:
            del receivers["pagerduty"]["pagerduty_configs"][0]["url"]
        if self.channels.email:
            receivers["email"]["email_configs"][0] |= _mail(self.channels.email)
        return yaml.safe_dump(found, sort_keys=False, allow_unicode=True).encode()

    def _links(self, checked_in: str) -> str:
        text = checked_in.replace('"phoenix.project" }}phoenix{{', f'"phoenix.project" }}}}{self.settings.project}{{{{')
        if GRAFANA.name not in self.without:
            return text.replace("http://127.0.0.1:3000", self._pages)
        project = text.splitlines(keepends=True)[0]
        return project + f'{{{{ define "phoenix.dashboard" }}}}{self._pages}/#/alerts{{{{ end }}}}\n'


def _inhibiting(rules: Sequence[dict[str, Any]], own: Sequence[str]) -> list[dict[str, Any]]:
    """The rules of inhibition for alerts of the user's own too: of one thing, and of one that names none."""
    things = things_of(own)
    of_one_thing, of_all = rules
    severity = of_all["source_matchers"][0]
    return [
        {**of_one_thing, "equal": ["alertname", *things]},
        {**of_all, "source_matchers": [severity, *(f'{name}=""' for name in things)]},
    ]


def _mail(email: Email) -> dict[str, Any]:
    server = email.server
    login = {"auth_username": server.user, "auth_password_file": f"{_IN_THE_CONTAINER}/email_password"}
    return {
        "to": email.to,
        "from": email.sender,
        "smarthost": server.smarthost,
        "require_tls": bool(server.user),
        **(login if server.user else {}),
    }


def _program() -> Iterator[tuple[str, bytes]]:
    """The inbox and the packages it needs, which have no compiled part."""
    yield from _sources("phoenix_dev.inbox", "phoenix_dev/inbox")
    for package in _PACKAGES:
        yield from _sources(package, f"compose/inbox/packages/{package}")


def _sources(package: str, below: str) -> Iterator[tuple[str, bytes]]:
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations if found else None) or ():
        for path in sorted(Path(folder).rglob("*.py")):
            within = path.relative_to(folder)
            if not set(within.parts) & set(_LEFT_OUT):
                yield f"{below}/{within.as_posix()}", path.read_bytes()
