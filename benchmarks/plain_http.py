"""A plain client of HTTP with one connection that stays open: the limit of what asks a part of the stack."""

from __future__ import annotations

import time
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

_PATIENCE_S = 30.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class PlainHttp:
    """Asks a port of loopback."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)

    def get(self, path: str) -> bytes:
        """The body of an answer, whatever its status."""
        self._connection.request("GET", path)
        return self._connection.getresponse().read()

    def post(self, path: str, form: dict[str, str]) -> bytes:
        """The same for a form."""
        self._connection.request("POST", path, urlencode(form), _FORM)
        return self._connection.getresponse().read()

    def wait_for(self, path: str, seconds: float) -> None:
        """Return once it answers 200. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self._connection.request("GET", path)
                answer = self._connection.getresponse()
                answer.read()
            except (OSError, HTTPException):
                self._connection.close()
            else:
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise TimeoutError(f"nobody answers {path} after {seconds:.0f} s")
