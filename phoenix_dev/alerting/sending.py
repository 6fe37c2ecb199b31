"""Messages handed to Slack, PagerDuty and a mail server."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.alerting.channels import Channels, Email
    from phoenix_dev.model.alert import Delivery

#: PagerDuty's Events API v2.
PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"
_PATIENCE_S = 10.0
#: Submission over TLS from the first byte (RFC 8314).
_TLS_AT_ONCE = 465
#: Not now: too many, or a timeout on their side. All other answers from 400 on, below 500, are the message's fault.
_LATER = (408, 425, 429)
_SHOWN = 200


class Undelivered(Exception):
    """A channel did not take a message: why, as a sentence. `again`: later it may."""

    def __init__(self, why: str, *, again: bool) -> None:
        super().__init__(why)
        self.again = again


def send(delivery: Delivery, channels: Channels, pagerduty_url: str = PAGERDUTY_URL) -> None:
    """Hand a message to its channel, which must be set up. Raises Undelivered. No secret is in what is said."""
    if delivery.channel == "slack":
        _post("Slack", channels.slack_url, delivery.body)
    elif delivery.channel == "pagerduty":
        event = {**json.loads(delivery.body), "routing_key": channels.pagerduty_key}
        _post("PagerDuty", pagerduty_url, json.dumps(event))
    elif channels.email is not None:
        _mail(delivery.body, channels.email)


def _post(name: str, url: str, body: str) -> None:
    import httpx

    try:
        content = body.encode("utf-8", "replace")
        answer = httpx.post(url, content=content, headers={"Content-Type": "application/json"}, timeout=_PATIENCE_S)
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise Undelivered(f"{name} does not answer: {type(exc).__name__}", again=True) from exc
    if not answer.is_success:
        again = answer.status_code in _LATER or answer.status_code >= 500
        said = " ".join(answer.text[:_SHOWN].split())
        raise Undelivered(f"{name} answered {answer.status_code}: {said}".removesuffix(": "), again=again)


def _mail(source: str, email: Email) -> None:
    import smtplib
    from email import message_from_string, policy

    server = email.server
    mail = message_from_string(source, policy=policy.SMTP)
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(server.host, server.port, timeout=_PATIENCE_S, context=context)
            if server.port == _TLS_AT_ONCE
            else smtplib.SMTP(server.host, server.port, timeout=_PATIENCE_S)
        ) as smtp:
            if server.user:
                if server.port != _TLS_AT_ONCE:
                    smtp.starttls(context=context)
                smtp.login(server.user, server.password)
            smtp.send_message(mail, email.sender, [one.strip() for one in email.to.split(",")])
    except smtplib.SMTPResponseException as exc:
        said = exc.smtp_error.decode("utf-8", "replace") if isinstance(exc.smtp_error, bytes) else str(exc.smtp_error)
        what = f"the mail server {server.smarthost} answered {exc.smtp_code}: {' '.join(said[:_SHOWN].split())}"
        raise Undelivered(what, again=exc.smtp_code < 500) from exc
    except smtplib.SMTPRecipientsRefused as exc:
        codes = [code for code, _ in exc.recipients.values()]
        again = all(code < 500 for code in codes)
        raise Undelivered(f"the mail server {server.smarthost} takes none of the addresses", again=again) from exc
    except (smtplib.SMTPException, OSError) as exc:
        raise Undelivered(f"the mail server {server.smarthost} does not answer: {exc}", again=True) from exc
