"""Every setting that exists, once, as data. A later setting is a line here and a field in values.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from phoenix_dev.settings.units import age_in_ns, size_in_bytes
from phoenix_dev.signals.tuning import CRITICAL_SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phoenix_dev.settings.values import CheckEntry, RunEntry, ServiceEntry, ThresholdEntry
    from phoenix_dev.signals.indicator import Indicator
    from phoenix_dev.signals.tuning import Slo

    Entry = str | RunEntry | ServiceEntry | CheckEntry | ThresholdEntry | Slo | Indicator
    Value = str | int | tuple[Entry, ...]

#: How a value is written in a file: as one text, a path beside the file, a list of texts, a list of paths, or a list of
#: mappings, of commands or services (settings/lists.py). In a variable a list stands with commas, mappings in YAML's
#: flow style.
Shape = Literal["text", "path", "texts", "paths", "entries", "services", "checks", "thresholds", "slos", "indicators"]
_LISTS: Mapping[Shape, str] = {
    "texts": "a list of texts",
    "paths": "a list of patterns",
    "entries": "a list, each with name, command and, if need be, dir and env",
    "services": "a list, each with name and url",
    "checks": "a list, each with name, service or url, and what is expected of the answer",
    "thresholds": "by indicator, as in {cpu: {warning: 80%, critical: 95%}}",
    "slos": "a list, each with name, objective and, if need be, service, window and latency",
    "indicators": "a list, each with name, expression, above or below and, if need be, unit, labels and summary",
}
_MAILBOX = r"[^\s,<>@\"\x00-\x1f]+@[^\s,<>@\"\x00-\x1f]+"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its name with a dot before what is nested, its flag, its default, and how its text is read.

    `parse` raises ValueError with what the text has to be, to follow "has to be"; of a list it reads each item. `flag`
    is empty where there is none.
    """

    name: str
    flag: str
    default: Value
    parse: Callable[[str], str | int]
    description: str
    shape: Shape = "text"

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"PHOENIX_DEV_{self.name.replace('.', '_').upper()}"

    @property
    def allowed(self) -> str:
        """What it may be set to."""
        if self.shape == "path":
            return "the path of a file"
        if self.shape != "text":
            return _LISTS[self.shape]
        for wrong in ("\0", ""):
            try:
                self.parse(wrong)
            except ValueError as has_to_be:
                return str(has_to_be)
        return "any text"

    @property
    def default_text(self) -> str:
        """The default as it would be written in a file."""
        if isinstance(self.default, tuple):
            return "{}" if self.shape == "thresholds" else f"[{', '.join(map(str, self.default))}]"
        return str(self.default)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("1 to 63 of a-z, 0-9, - and _, of which the first is a letter or digit")
    return text


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{', '.join(choices[:-1])} or {choices[-1]}")
        return text

    return parse


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError("a port number from 1 to 65535")
    return int(text)


def _registry(text: str) -> str:
    if text and not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?(/[a-zA-Z0-9._-]+)*", text):
        raise ValueError("a registry's host, with a port and a path if it has them, as in mirror.example:5000/hub")
    return text


def _days(text: str) -> str:
    age_in_ns(text)
    return text


def _bytes(text: str) -> str:
    size_in_bytes(text)
    return text


def _container(text: str) -> str:
    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}", text):
        raise ValueError("the name of a container, as 'docker ps' shows it")
    return text


def _service(text: str) -> str:
    if not text.strip() or not text.isprintable() or set(text) & set("'$"):
        raise ValueError("the name of a service, without ' and $")
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("something, not nothing")
    return text


def _any(text: str) -> str:
    if "\0" in text:
        raise ValueError("text")
    return text


def _addresses(text: str) -> str:
    if text and not re.fullmatch(f"{_MAILBOX}(, ?{_MAILBOX})*", text):
        raise ValueError("mail addresses, as in team@example.org, sre@example.org")
    return text


def _mail_server(text: str) -> str:
    if text and (
        not re.fullmatch(r"[a-zA-Z0-9.-]+:[0-9]{1,5}|\[[0-9a-fA-F:.]+\]:[0-9]{1,5}", text)
        or not 1 <= int(text.rpartition(":")[2]) <= 65535
    ):
        raise ValueError("a mail server and its port, as in smtp.example.org:587")
    return text


def _pace(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,3}[smh]", text):
        raise ValueError("whole seconds, minutes or hours, as in 30s, 5m or 4h")
    return text


KEYS: tuple[Key, ...] = (
    Key("project", "--project", "phoenix", _name, "name of the stack; two projects run side by side"),
    Key("runtime", "--runtime", "auto", _one_of("auto", "compose", "embedded"), "what runs the stack"),
    Key(
        "profile",
        "--profile",
        "development",
        _one_of("development", "production"),
        "which traces are kept: all; or those with an error or a critical service, and a tenth of the others",
    ),
    Key("ports.otlp_grpc", "--otlp-grpc-port", 4317, _port, "where OTLP over gRPC is taken, on loopback"),
    Key("ports.otlp_http", "--otlp-http-port", 4318, _port, "where OTLP over HTTP is taken, on loopback"),
    Key("ports.ui", "--ui-port", 4319, _port, "where the embedded engine shows its page, on loopback"),
    Key("ports.jaeger", "", 16686, _port, "where Jaeger answers, on loopback"),
    Key("ports.jaeger_errors", "", 16688, _port, "where Jaeger's store of errors answers, on loopback"),
    Key("ports.loki", "", 3100, _port, "where Loki answers, on loopback"),
    Key("ports.prometheus", "", 9090, _port, "where Prometheus answers, on loopback"),
    Key("ports.alertmanager", "", 9093, _port, "where Alertmanager answers, on loopback"),
    Key("ports.inbox", "", 9095, _port, "where the inbox of alerts answers, on loopback"),
    Key("ports.grafana", "", 3000, _port, "where Grafana answers, on loopback"),
    Key("ports.infrastructure", "", 13133, _port, "where the infrastructure collector says that it lives, on loopback"),
    Key("retention.traces", "", "7d", _days, "how long traces are kept"),
    Key("retention.error_traces", "", "30d", _days, "how long traces with an error are kept"),
    Key("retention.logs", "", "7d", _days, "how long logs are kept"),
    Key("retention.metrics", "", "15d", _days, "how long metrics are kept"),
    Key("retention.size", "", "2GiB", _bytes, "how much is kept at most; compose: of metrics alone"),
    Key("images.registry", "", "", _registry, "a mirror that images come from"),
    Key("alerts.slack_url_file", "", "", _any, "a file with the URL of a webhook of Slack", "path"),
    Key("alerts.pagerduty_key_file", "", "", _any, "a file with an integration key of PagerDuty", "path"),
    Key("alerts.email.to", "", "", _addresses, "who gets the summaries"),
    Key("alerts.email.from", "", "", _addresses, "whom the summaries are from"),
    Key("alerts.email.smarthost", "", "", _mail_server, "the mail server that sends the summaries"),
    Key("alerts.email.user", "", "", _any, "who logs in there, over TLS"),
    Key("alerts.email.password_file", "", "", _any, "a file with the password", "path"),
    Key("alerts.group_wait", "", "10s", _pace, "how long the first alert of a group waits for others"),
    Key("alerts.group_interval", "", "1m", _pace, "how long a group waits until it tells what has changed"),
    Key("alerts.repeat_interval", "", "4h", _pace, "after how long what still fires is told again"),
    Key("logs.files", "", (), _text, "log files that are followed, as patterns beside the file", "paths"),
    Key("logs.containers", "", (), _container, "containers whose output is kept as logs, by name", "texts"),
    Key("run", "", (), _text, "commands that 'run --all' runs", "entries"),
    Key("services", "", (), _text, "your services: their health is asked for, their metrics are scraped", "services"),
    Key("checks", "", (), _text, "requests that are sent again and again, with what is expected of them", "checks"),
    Key("critical_services", "", CRITICAL_SERVICES, _service, "services all of whose traces matter", "texts"),
    Key("thresholds", "", (), _text, "from where on an alert of an indicator fires", "thresholds"),
    Key("slos", "", (), _text, "which part of the requests is to be good, and how fast", "slos"),
    Key("indicators", "", (), _text, "further alerts, on metrics of your own", "indicators"),
)
