"""Which web pages may send telemetry: those served from this machine.

A browser names the page in `Origin` on every cross-origin request and on every POST. A foreign page is refused
outright, not merely left without CORS headers, since its request would have its effect either way. `Host` is looked
at only beside an `Origin`: containers reach the receiver as host.docker.internal or under other names and send no
Origin, while a page whose own name was rebound to 127.0.0.1 always does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Headers = list[tuple[bytes, bytes]]

_LOOPBACK = rb"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?"
_HOST = re.compile(_LOOPBACK, re.IGNORECASE)
_ORIGIN = re.compile(rb"https?://" + _LOOPBACK, re.IGNORECASE)
_HEADER_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_MOST_HEADERS = 50


def is_foreign(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a web page that is not served from this machine sent the request."""
    origin = headers.get(b"origin")
    return origin is not None and not (_ORIGIN.fullmatch(origin) and _HOST.fullmatch(headers.get(b"host", b"")))


def response_headers(headers: Mapping[bytes, bytes]) -> Headers:
    """What lets the page read the answer; nothing for a request that no page sent."""
    if b"origin" not in headers:
        return []
    return [
        (b"access-control-allow-origin", headers[b"origin"]),
        (b"access-control-expose-headers", b"retry-after"),
        (b"vary", b"origin"),
    ]


def preflight_headers(headers: Mapping[bytes, bytes]) -> Headers:
    """The answer to OPTIONS: POST with any request header of a regular form (exporters send authorization headers of
    the user's choice).
    """
    asked = [name.strip() for name in headers.get(b"access-control-request-headers", b"").split(b",")][:_MOST_HEADERS]
    names = [b"content-type", b"content-encoding", *(name.lower() for name in asked if _HEADER_NAME.fullmatch(name))]
    allowed = [
        (b"access-control-allow-methods", b"POST, OPTIONS"),
        (b"access-control-allow-headers", b", ".join(dict.fromkeys(names))),
        (b"access-control-max-age", b"7200"),
    ]
    if headers.get(b"access-control-request-private-network") == b"true":
        allowed.append((b"access-control-allow-private-network", b"true"))
    return allowed
