"""The channels that the settings set up, with their secrets, which are only ever in files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.errors import UsageError
from phoenix_dev.model.alert import CHANNELS

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Channel
    from phoenix_dev.settings import Settings

#: A secret is a line; what is larger is another file.
_MOST_BYTES = 4096
_URL = re.compile(r"https?://[!-~]+")
_KEY = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in: `host:port`. Whoever is named logs in, and only over TLS; port 465 is TLS at once."""

    smarthost: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Its name or address."""
        return self.smarthost.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.smarthost.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Email:
    """Who gets mails (addresses, with commas between them), from whom, by which server."""

    to: str
    sender: str
    server: MailServer


@dataclass(frozen=True, slots=True)
class Channels:
    """What is set up; what is empty or None is not, and the inbox takes its place."""

    slack_url: str = field(default="", repr=False)
    pagerduty_key: str = field(default="", repr=False)
    email: Email | None = None

    def is_real(self, channel: Channel) -> bool:
        """Whether what is sent to a channel reaches people."""
        return bool({"slack": self.slack_url, "pagerduty": self.pagerduty_key, "email": self.email}[channel])

    @property
    def real(self) -> tuple[Channel, ...]:
        """Those that reach people."""
        return tuple(channel for channel in CHANNELS if self.is_real(channel))


def channels_of(settings: Settings) -> Channels:
    """The channels of the settings. Raises UsageError naming the setting, or the file, that is wrong."""
    alerts = settings.alerts
    return Channels(
        _secret("alerts.slack_url_file", alerts.slack_url_file, _URL, "the URL of a webhook"),
        _secret("alerts.pagerduty_key_file", alerts.pagerduty_key_file, _KEY, "an integration key"),
        _email(settings),
    )


def _email(settings: Settings) -> Email | None:
    mail = settings.alerts.email
    needed = {"to": mail.to, "from": mail.from_, "smarthost": mail.smarthost}
    given = [name for name, value in needed.items() if value]
    if not given:
        return None
    for name, value in needed.items():
        if not value:
            raise UsageError(
                f"the setting alerts.email.{given[0]} is given and alerts.email.{name} is not; mail needs both",
                hint="phoenix-dev config",
            )
    if bool(mail.user) != bool(mail.password_file):
        raise UsageError("alerts.email.user and alerts.email.password_file go together", hint="phoenix-dev config")
    password = _secret("alerts.email.password_file", mail.password_file, None, "a password")
    return Email(mail.to, mail.from_, MailServer(mail.smarthost, mail.user, password))


def _secret(setting: str, path: str, form: re.Pattern[str] | None, what: str) -> str:
    """What a file holds, without the end of its line; empty for no file."""
    if not path:
        return ""
    hint = f"ls -l {quote(path)}"
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "that is no path"
        raise UsageError(f"the file {path} of the setting {setting} cannot be read: {why}", hint=hint) from error
    try:
        text = content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        text = ""
    if not text or len(content) > _MOST_BYTES or "\n" in text or (form and not form.fullmatch(text)):
        raise UsageError(f"the file {path} of the setting {setting} does not hold {what} in one line", hint=hint)
    return text
