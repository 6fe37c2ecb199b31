"""Messages are handed to real servers of this machine, again where that helps, and in order."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.alerting.channels import Channels, Email, MailServer
from phoenix_dev.alerting.courier import Courier, Patience
from phoenix_dev.alerting.forms import mail_source
from phoenix_dev.alerting.sending import Undelivered, send
from phoenix_dev.model.alert import Delivery
from tests.ports import free_port
from tests.unit.backends.answering import Answering
from tests.unit.inbox.running import Inbox, running_inbox
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.alert import Channel

EVENT = '{"routing_key": "inbox", "event_action": "trigger", "payload": {"summary": "ä"}}'
MAIL = mail_source("[shop]\ndaily\r\nBcc: x@evil.example", "Täglich\n.\n", "p@x.example", "a@x.example", 0)


def delivery(channel: Channel, body: str) -> Delivery:
    return Delivery(0, channel, "firing", "info", (), "", body)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    with running_inbox(tmp_path_factory.mktemp("inbox")) as running:
        yield running


@pytest.fixture
def channels(inbox: Inbox) -> Channels:
    mail = Email("a@x.example, b@x.example", "p@x.example", MailServer(f"127.0.0.1:{inbox.smtp_port}"))
    return Channels(f"{inbox.http.base_url}/slack", "R0UT1NG", mail)


@pytest.fixture
def busy() -> Iterator[Answering]:
    answering = Answering()
    server = answering.serve()
    yield answering
    server.shutdown()
    server.server_close()


def test_each_channel_takes_its_message(inbox: Inbox, channels: Channels) -> None:
    send(delivery("slack", '{"text": "\ud800 5 %"}'), channels)
    send(delivery("pagerduty", EVENT), channels, f"{inbox.http.base_url}/v2/enqueue")
    send(delivery("email", MAIL), channels)
    slack, pagerduty, mail = (one["body"] for one in inbox.messages())
    assert json.loads(slack) == {"text": "? 5 %"}
    assert json.loads(pagerduty) == json.loads(EVENT) | {"routing_key": "R0UT1NG"}
    assert "Subject: [shop] daily Bcc: x@evil.example\r\n" in mail
    assert "\r\nBcc:" not in mail


@pytest.mark.parametrize(("status", "again"), [(500, True), (503, True), (429, True), (400, False), (404, False)])
def test_what_is_refused_is_tried_again_where_that_helps(busy: Answering, status: int, again: bool) -> None:
    busy.answers(status, b"no\n_service")
    with pytest.raises(Undelivered, match=f"Slack answered {status}: no _service") as caught:
        send(delivery("slack", "{}"), Channels(f"{busy.url}/secret"))
    assert caught.value.again is again
    assert "secret" not in str(caught.value)


def test_a_server_that_is_away_is_tried_again_and_no_secret_is_told(channels: Channels) -> None:
    nobody = free_port()
    away = replace(channels, slack_url=f"http://127.0.0.1:{nobody}/secret")
    mail = replace(away, email=Email("a@x.example", "p@x.example", MailServer(f"127.0.0.1:{nobody}", "u", "secret")))
    for channel, body in (("slack", "{}"), ("email", MAIL)):
        with pytest.raises(Undelivered, match="does not answer") as caught:
            send(delivery(channel, body), mail)  # type: ignore[arg-type]
        assert caught.value.again
        assert "secret" not in str(caught.value)


def test_a_password_is_not_told_to_a_server_without_tls(inbox: Inbox, channels: Channels) -> None:
    assert channels.email is not None
    server = MailServer(f"127.0.0.1:{inbox.smtp_port}", "user", "password")
    before = len(inbox.messages())
    with pytest.raises(Undelivered):
        send(delivery("email", MAIL), replace(channels, email=replace(channels.email, server=server)))
    assert len(inbox.messages()) == before


class Outcomes:
    """What a courier said of each message, and a channel that fails as often as it is told."""

    def __init__(self, *errors: Exception, given_up_s: float = 60.0) -> None:
        self.errors = list(errors)
        self.sent: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.courier = Courier(self._send, self._tell, Patience(0.001, 0.002, given_up_s))

    def _send(self, one: Delivery) -> None:
        if self.errors and one.channel == "slack":
            raise self.errors.pop(0)
        self.sent.append(one.body)

    def _tell(self, one: Delivery, why: str) -> None:
        self.told.append((one.body, why))


AGAIN = Undelivered("busy", again=True)


def test_a_message_is_tried_again_and_those_behind_it_wait_but_not_those_of_other_channels() -> None:
    outcomes = Outcomes(AGAIN, AGAIN, AGAIN)
    for channel, body in (("slack", "1"), ("slack", "2"), ("email", "3")):
        outcomes.courier.take(delivery(channel, body))  # type: ignore[arg-type]
    wait_until(lambda: len(outcomes.told) == 3)
    assert [body for body in outcomes.sent if body != "3"] == ["1", "2"]
    assert {why for _, why in outcomes.told} == {""}
    outcomes.courier.close()


def test_what_cannot_be_delivered_is_given_up_and_told() -> None:
    mistakes = (Undelivered("no such webhook", again=False), RuntimeError("a mistake of ours"))
    outcomes = Outcomes(*mistakes, *[AGAIN] * 1000, given_up_s=0.05)
    for body in "123":
        outcomes.courier.take(delivery("slack", body))
    wait_until(lambda: len(outcomes.told) == 3)
    assert outcomes.told == [("1", "no such webhook"), ("2", "RuntimeError: a mistake of ours"), ("3", "busy")]
    outcomes.courier.close()


def test_of_too_many_that_wait_the_oldest_give_way() -> None:
    release = threading.Event()
    told: list[tuple[str, str]] = []

    def wait(_: Delivery) -> None:
        release.wait(10)

    courier = Courier(wait, lambda one, why: told.append((one.body, why)))
    for number in range(205):
        courier.take(delivery("slack", str(number)))
    assert any("more than 200" in why for _, why in told)
    release.set()
    wait_until(lambda: len(told) == 205)
    assert told[-1] == ("204", "")
    courier.close()
