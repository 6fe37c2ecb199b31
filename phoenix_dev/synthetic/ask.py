"""One check, once: the request as a user would send it, and what is not as expected of the answer."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from phoenix_dev.asking.fetch import Unfetched, fetch
from phoenix_dev.model.health import CheckHealth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.asking.fetch import Fetched
    from phoenix_dev.synthetic.check import Check

_MOST_BYTES = 4 * 1024 * 1024
_AT_ONCE = 16
#: Redirections are followed, as the collector's receiver follows them, up to so many.
_MOST_HOPS = 10
#: After these a POST goes on as a GET (RFC 9110, 15.4); after the others it stays what it was.
_AS_GET = (301, 302, 303)
_REDIRECTIONS = (*_AS_GET, 307, 308)
_FOR_THE_FIRST_HOST = ("authorization", "cookie", "www-authenticate", "cookie2")


def ask_check(check: Check) -> CheckHealth:
    """What it gets now; never later than after about its longest duration."""
    began = time.monotonic_ns()
    try:
        answer = _fetched(check, began + check.max_duration_ns)
    except Unfetched as error:
        took_ns = time.monotonic_ns() - began
        late = f"did not answer within {check.max_duration_ns / 1e9:g} s"
        return _found(check, 0, took_ns, late if took_ns >= check.max_duration_ns else str(error), None)
    status, took_ns = answer.status, time.monotonic_ns() - began
    unexpected = "" if check.expects(status) else f"answered {status}, expected {', '.join(check.statuses)}"
    return _found(check, status, took_ns, unexpected, _of_body(check, answer.body))


def ask_checks(checks: Sequence[Check]) -> tuple[CheckHealth, ...]:
    """Each of them, all at once, in their order."""
    if not checks:
        return ()
    with ThreadPoolExecutor(min(_AT_ONCE, len(checks))) as pool:
        return tuple(pool.map(ask_check, checks))


def _found(check: Check, status: int, took_ns: int, answer: str, body: str | None) -> CheckHealth:
    return CheckHealth(check.name, check.service, check.method, check.shown_url, status, took_ns, answer, body)


def _of_body(check: Check, body: bytes) -> str | None:
    if not check.contains:
        return None
    return "" if check.contains.encode() in body else f"its body lacks '{check.contains}'"


def _fetched(check: Check, deadline_ns: int) -> Fetched:
    """The answer, of the last one where it was sent on. Raises Unfetched."""
    url, method, headers, body = check.url, check.method, dict(check.headers), check.body.encode()
    for _ in range(_MOST_HOPS):
        left_s = max(0.001, (deadline_ns - time.monotonic_ns()) / 1e9)
        answer = fetch(url, timeout_s=left_s, most_bytes=_MOST_BYTES, method=method, headers=headers, body=body)
        if answer.status not in _REDIRECTIONS or not answer.location:
            return answer
        if answer.status in _AS_GET and method not in ("GET", "HEAD"):
            method, body = "GET", b""
        onward = urljoin(url, answer.location)
        if urlsplit(onward).scheme not in ("http", "https"):
            raise Unfetched("sends on to what is no address of HTTP")
        if urlsplit(onward).hostname != urlsplit(url).hostname:
            headers = {name: value for name, value in headers.items() if name.lower() not in _FOR_THE_FIRST_HOST}
        url = onward
    raise Unfetched(f"sends on more than {_MOST_HOPS} times")
