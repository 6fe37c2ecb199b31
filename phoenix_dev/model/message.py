"""What was sent about alerts, read back from the form that a channel takes: what it says, and in which words.

It came over a port, so anything may be in it: what cannot be read is shown as it is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.alert import SEVERITIES, Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phoenix_dev.model.alert import Channel, DeliveryStatus, Severity

#: `callback_id` of a message to Slack: its state, its severity, the name of its alert.
_CALLBACK = re.compile(r"(firing|resolved) (critical|warning|info) (.+)")
_ACTIONS: Mapping[str, DeliveryStatus] = {"trigger": "firing", "acknowledge": "firing", "resolve": "resolved"}
#: Severities of PagerDuty's events in ours.
_SEVERITIES: Mapping[str, Severity] = {"critical": "critical", "error": "critical", "warning": "warning"}
#: With this a line begins that tells of an alert that is over.
_OVER = "resolved: "
#: Slack's links, and the three characters that a message never has as themselves.
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True, slots=True)
class Words:
    """A message as its reader sees it: named fields, and a text of several lines."""

    fields: tuple[tuple[str, str], ...]
    text: str


def delivery_of(time_ns: int, channel: Channel, body: str) -> Delivery:
    """What a message tells of; what it does not say is empty, or `info`."""
    if channel == "email":
        return Delivery(time_ns, channel, "summary", "info", (), _mail(body)[0].get("Subject", ""), body)
    message = _object(body)
    status, severity, alerts, title = (_pagerduty if channel == "pagerduty" else _slack)(message)
    return Delivery(time_ns, channel, status, severity, alerts, title, body)


def words_of(delivery: Delivery) -> Words:
    """A message in its channel's own form, for people."""
    if delivery.channel == "email":
        fields, text = _mail(delivery.body)
        return Words(tuple(fields.items()), text)
    message = _object(delivery.body)
    if not message:
        return Words((), delivery.body)
    return _event_words(message) if delivery.channel == "pagerduty" else _slack_words(message)


def told_of(delivery: Delivery, *, resolved: bool) -> str:
    """What a message says of the alerts that fire, or of those that are over: one message may tell of both."""
    message = _object(delivery.body)
    if delivery.channel == "pagerduty":
        details = _mapping(_mapping(message.get("payload")).get("custom_details"))
        return _text(details.get("resolved" if resolved else "firing"))
    text = "\n".join(_text(one.get("text")) for one in _attachments(message))
    over = [line for line in text.splitlines() if line.startswith(_OVER)]
    if resolved:
        return "\n".join(over)
    title = delivery.title if delivery.status == "firing" else ""
    return "\n".join([title, *(line for line in text.splitlines() if line not in over)])


def _slack(message: Mapping[str, Any]) -> tuple[DeliveryStatus, Severity, tuple[str, ...], str]:
    first = next(_attachments(message), {})
    title = _unescaped(_text(first.get("title")) or _text(message.get("text")))
    found = _CALLBACK.fullmatch(_text(first.get("callback_id")))
    if not found:
        return "firing", "info", (), title
    severity = next(one for one in SEVERITIES if one == found[2])
    return "resolved" if found[1] == "resolved" else "firing", severity, (found[3],), title


def _pagerduty(message: Mapping[str, Any]) -> tuple[DeliveryStatus, Severity, tuple[str, ...], str]:
    payload = _mapping(message.get("payload"))
    status = _ACTIONS.get(_text(message.get("event_action")), "firing")
    name = _text(payload.get("class"))
    severity = _SEVERITIES.get(_text(payload.get("severity")), "info")
    return status, severity, (name,) if name else (), _text(payload.get("summary"))


def _slack_words(message: Mapping[str, Any]) -> Words:
    texts = [_text(message.get("text")), *(_text(one.get("text")) for one in _attachments(message))]
    return Words((), "\n".join(_unescaped(text) for text in texts if text))


def _event_words(event: Mapping[str, Any]) -> Words:
    payload = _mapping(event.get("payload"))
    fields = {
        "severity": payload.get("severity"),
        "source": payload.get("source"),
        "action": event.get("event_action"),
        "dedup key": event.get("dedup_key"),
    }
    details = _mapping(payload.get("custom_details"))
    told = [_text(details.get(name)).strip() for name in ("firing", "resolved", "runbook")]
    links = [_text(_mapping(one).get("href")) for one in _list(event.get("links"))]
    return Words(
        tuple((name, _text(value)) for name, value in fields.items() if _text(value)),
        "\n".join(part for part in (*told, *links) if part),
    )


def _mail(source: str) -> tuple[dict[str, str], str]:
    from phoenix_dev.model.mail import read_mail

    return read_mail(source)


def _attachments(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (one for one in _list(message.get("attachments")) if isinstance(one, dict))


def _unescaped(text: str) -> str:
    """What Slack shows of a text: a link's words with its address, and `<` for `&lt;`."""
    shown = _LINK.sub(lambda link: f"{link[2]}: {link[1]}" if link[2] else link[1], text)
    for entity, char in _ENTITIES:
        shown = shown.replace(entity, char)
    return shown


def _object(body: str) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""
