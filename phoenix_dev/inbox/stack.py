"""What the inbox asks the other parts of the stack for: numbers of Prometheus, and that Alertmanager sends a mail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from phoenix_dev.inbox.summary import summary, summary_alert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.inbox.summary import Report

#: A question about a week takes its time (seconds).
_PATIENCE_S = 30.0
_MOST_BYTES = 4 * 2**20
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}


class Unanswered(Exception):
    """A part of the stack does not answer as it should."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack of a project; URLs without a slash at their end. `dashboards` is one for people."""

    project: str
    prometheus: str
    alertmanager: str
    dashboards: str = ""

    def send(self, report: Report, due: float, now: float) -> None:
        """Have the summary of the period that ended at `due` sent (Unix seconds). Raises Unanswered."""
        made = summary(report, self.project, due, lambda expression: self._ask(expression, due), self.dashboards)
        alert = summary_alert(report, made, due, now)
        _posted(f"{self.alertmanager}/api/v2/alerts", json.dumps([alert]).encode(), _JSON)

    def _ask(self, expression: str, at: float) -> list[tuple[Mapping[str, str], float]]:
        form = urlencode({"query": expression, "time": f"{at:.3f}"}).encode()
        answer = _posted(f"{self.prometheus}/api/v1/query", form, _FORM)
        try:
            return [(one["metric"], float(one["value"][1])) for one in json.loads(answer)["data"]["result"]]
        except (ValueError, LookupError, TypeError) as error:
            raise Unanswered(f"{self.prometheus} answered in a form that is not known") from error


def _posted(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body of the answer to a POST. Raises Unanswered."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=_PATIENCE_S)
    try:
        connection.request("POST", parts.path, body, dict(headers))
        answer = connection.getresponse()
        read = answer.read(_MOST_BYTES)
    except (OSError, HTTPException) as error:
        raise Unanswered(f"{url} does not answer: {error}") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Unanswered(f"{url} answered {answer.status}")
    return read
