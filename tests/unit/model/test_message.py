"""What was sent about alerts is read back from its channel's form, whoever wrote it."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest

from phoenix_dev.model.alert import CHANNELS, Channel
from phoenix_dev.model.message import delivery_of, words_of

SLACK = {
    "attachments": [
        {
            "callback_id": "resolved warning ServiceErrorRate",
            "title": "RESOLVED ServiceErrorRate: a &lt;!channel&gt; &amp;amp; b",
            "text": "it was <http://127.0.0.1:3000/d/x?a=1|the dashboard> and <http://x.example>",
        }
    ]
}
PAGERDUTY = {
    "event_action": "trigger",
    "dedup_key": "12dd",
    "payload": {
        "summary": "CRITICAL ServiceErrorRate: fails",
        "severity": "critical",
        "source": "api",
        "class": "ServiceErrorRate",
        "custom_details": {"firing": "api fails\n", "resolved": None, "runbook": "look"},
    },
    "links": [{"href": "http://127.0.0.1:3000", "text": "Dashboard"}],
}


def mail(**fields: str) -> str:
    message = EmailMessage()
    for name, value in fields.items():
        message[name.capitalize()] = value
    message.set_content("Täglich:\n1,204 Anfragen")
    return message.as_string()


def test_a_message_to_slack() -> None:
    told = delivery_of(7, "slack", json.dumps(SLACK))
    assert (told.time_ns, told.status, told.severity, told.alerts) == (7, "resolved", "warning", ("ServiceErrorRate",))
    assert told.title == "RESOLVED ServiceErrorRate: a <!channel> &amp; b"
    assert words_of(told).text == "it was the dashboard: http://127.0.0.1:3000/d/x?a=1 and http://x.example"


def test_an_event_of_pagerduty() -> None:
    told = delivery_of(7, "pagerduty", json.dumps(PAGERDUTY))
    assert (told.status, told.severity, told.alerts) == ("firing", "critical", ("ServiceErrorRate",))
    words = words_of(told)
    assert dict(words.fields) == {
        "severity": "critical", "source": "api", "action": "trigger", "dedup key": "12dd",
    }  # fmt: skip
    assert words.text == "api fails\nlook\nhttp://127.0.0.1:3000"


def test_a_mail() -> None:
    told = delivery_of(7, "email", mail(subject="[shop] tägliche Zahlen", to="team@x.example"))
    assert (told.status, told.title) == ("summary", "[shop] tägliche Zahlen")
    words = words_of(told)
    assert dict(words.fields) == {"Subject": "[shop] tägliche Zahlen", "To": "team@x.example"}
    assert words.text.splitlines() == ["Täglich:", "1,204 Anfragen"]


NESTED = "[" * 50_000
HOSTILE = (
    "",
    NESTED,
    '{"attachments": ' + NESTED,
    "null",
    '"text"',
    '{"attachments": [1, null, {"title": {"a": 1}, "callback_id": ["x"], "text": 3}], "text": null}',
    '{"payload": [], "links": {"a": 1}, "event_action": {}}',
    '{"payload": {"custom_details": 3, "severity": [], "class": {}}, "links": [1, null]}',
    "Subject: =?utf-8?q?=ff?=\nContent-Type: text/plain; charset=nothing\n\n\udcff\x00",
    "To: " + "(" * 20_000 + "\n\nx",
    'From: "' + '"' * 100_000 + "\nContent-Type: text/plain; " + "a*0*=utf-8''x;" * 10_000 + "\n\nx",
    "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(4000)),
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n",
)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_came_is_told(channel: Channel, body: str) -> None:
    told = delivery_of(0, channel, body)
    assert told.body == body
    assert isinstance(words_of(told).text, str)
    assert all(isinstance(value, str) for pair in words_of(told).fields for value in pair)
