"""A mail as its reader sees it. Anybody may have sent it, so its headers are read only so far.

Python's parser takes longer by the square of a header's length, and of the depth of parts within parts: of 8,000 quotes
five seconds.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.parser import Parser
from email.policy import EmailPolicy
from typing import Any

_FIELDS = ("From", "To", "Subject", "Date")
#: As long as a line of a mail may be (characters; RFC 5322, section 2.1.1).
_LONGEST = 998
#: What has more parts with parts of their own is shown as it is.
_MOST_NESTED = 100


class _Bounded(EmailPolicy):
    def header_fetch_parse(self, name: str, value: str) -> Any:
        """The beginning of a header, understood."""
        return super().header_fetch_parse(name, value[:_LONGEST])


def read_mail(source: str) -> tuple[dict[str, str], str]:
    """Those of the fields From, To, Subject and Date that it has, and its plain text; of what is no mail all of it."""
    if source.lower().count("boundary") > _MOST_NESTED:
        return {}, source
    try:
        mail = Parser(EmailMessage, policy=_Bounded()).parsestr(source)
        fields = {name: str(mail[name]) for name in _FIELDS if mail[name] is not None}
        body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
        return fields, str(body.get_content()) if body is not None else source
    except Exception:  # noqa: BLE001 - the parser meets what no mail program writes with any error
        return {}, source
