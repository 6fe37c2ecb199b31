"""Messages in the forms of their channels, saying what those of the real stack say (compose/alertmanager/templates)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.alert import Alert, Severity

#: Where a person looks, given the annotations and the labels that all alerts of a message share.
Page = Callable[[Mapping[str, str], Mapping[str, str]], str]

#: What stands for PagerDuty's key in a message that is kept: the sender puts the real one in.
NO_KEY = "inbox"
_ALERTS = 10
_SUMMARY, _DESCRIPTION, _RUNBOOK = 300, 1000, 1500
_COLOURS = {"critical": "danger", "warning": "warning", "info": "#439fe0"}
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_A_LINK = str.maketrans({"<": "%3C", ">": "%3E", "|": "%7C"})


@dataclass(frozen=True, slots=True)
class Notice:
    """What one message tells of: alerts of one severity and name. `key`: the same for all that is told of them."""

    severity: Severity
    name: str
    key: str
    firing: tuple[Alert, ...]
    resolved: tuple[Alert, ...]

    @property
    def fires(self) -> bool:
        """Whether any of them still does."""
        return bool(self.firing)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """All of them."""
        return self.firing + self.resolved

    @property
    def labels(self) -> Mapping[str, str]:
        """Those that all of them have in common."""
        return _common([alert.labels for alert in self.alerts])

    @property
    def annotations(self) -> Mapping[str, str]:
        """Those that all of them have in common."""
        return _common([alert.annotations for alert in self.alerts])

    @property
    def title(self) -> str:
        """One line for people."""
        summary = self.annotations.get("summary", "")
        what = summary[:_SUMMARY] if summary else f"{len(self.alerts)} alerts"
        return f"{self.severity.upper() if self.fires else 'RESOLVED'} {self.name}: {what}"


def slack_message(notice: Notice, project: str, page: Page) -> str:
    """The JSON that a webhook of Slack takes. What is between < and > has a meaning there, so nothing of ours is."""
    title, link = _slack(notice.title), page(notice.annotations, notice.labels).translate(_IN_A_LINK)
    attachment = {
        "title": title,
        "title_link": link,
        "text": "\n".join(_slack_text(notice, link)),
        "fallback": title,
        "callback_id": f"{'firing' if notice.fires else 'resolved'} {notice.severity} {notice.name}",
        "footer": project,
        "color": _COLOURS[notice.severity] if notice.fires else "good",
        "mrkdwn_in": ["fallback", "pretext", "text"],
    }
    return _json({"username": "phoenix-dev", "attachments": [attachment]})


def pagerduty_event(notice: Notice, project: str, page: Page) -> str:
    """The JSON that PagerDuty's Events API v2 takes, but for the key."""
    labels, link = notice.labels, page(notice.annotations, notice.labels)
    payload: dict[str, Any] = {
        "summary": notice.title,
        "source": (labels.get("service_name") or labels.get("host_name") or project)[:200],
        "severity": "critical",
        "class": notice.name,
        "component": labels.get("service_name", ""),
        "group": project,
        "custom_details": {
            "firing": _told(notice.firing),
            "resolved": _told(notice.resolved),
            "num_firing": len(notice.firing),
            "num_resolved": len(notice.resolved),
            "runbook": notice.annotations.get("runbook", "")[:4000] or None,
        },
    }
    event = {
        "routing_key": NO_KEY,
        "dedup_key": notice.key,
        "event_action": "trigger" if notice.fires else "resolve",
        "payload": {name: value for name, value in payload.items() if value != ""},
        "client": "phoenix-dev",
        "client_url": link,
        "links": [{"href": link, "text": "Dashboard"}],
    }
    return _json(event)


def mail_source(subject: str, text: str, sender: str, to: str, time_ns: int) -> str:
    """A mail (RFC 5322), its text as it is."""
    from email.message import EmailMessage
    from email.utils import formatdate, make_msgid

    mail = EmailMessage()
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = formatdate(time_ns / 10**9)
    mail["Message-ID"] = make_msgid(domain="phoenix-dev")
    mail.set_content(text)
    return mail.as_string()


def _slack_text(notice: Notice, link: str) -> Iterator[str]:
    for alert in notice.firing[:_ALERTS]:
        if len(notice.alerts) > 1:
            yield f"*{_slack(_summary(alert))}*"
        yield _slack(alert.annotations.get("description", "")[:_DESCRIPTION])
    for alert in notice.resolved[:_ALERTS]:
        yield f"resolved: {_slack(_summary(alert))}"
    if len(notice.alerts) > _ALERTS:
        yield f"… {len(notice.alerts)} alerts in all"
    if notice.fires and (runbook := notice.annotations.get("runbook")):
        yield f"Runbook: {_slack(runbook[:_RUNBOOK])}"
    yield f"<{link}|Dashboard>"


def _told(alerts: Sequence[Alert]) -> str | None:
    lines = []
    for alert in alerts[:_ALERTS]:
        lines.append(_summary(alert))
        if description := alert.annotations.get("description"):
            lines.append(description[:_DESCRIPTION])
    return "".join(f"{line}\n" for line in lines) or None


def _summary(alert: Alert) -> str:
    return alert.annotations.get("summary", "")[:_SUMMARY]


def _slack(text: str) -> str:
    return text.translate(_SLACK)


def _common(every: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first, *others = every
    return {name: text for name, text in first.items() if all(other.get(name) == text for other in others)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
