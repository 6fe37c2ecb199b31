"""The headers by which a request is known from hop to hop: W3C Trace Context, correlation and request ID (R5, R6)."""

from __future__ import annotations

import secrets

TRACE_HEADER = "traceparent"
CORRELATION_HEADER = "x-correlation-id"
REQUEST_HEADER = "x-request-id"
#: The header of each ID that is carried as baggage and put on spans and logs, by its key there.
HEADER_OF = {"correlation_id": CORRELATION_HEADER, "request_id": REQUEST_HEADER}
_PREFIX = {"correlation_id": "corr", "request_id": "req"}


def fresh_id(key: str) -> str:
    """An ID that nothing bears yet: `corr-` or `req-` and 12 hex digits. `key` is one of HEADER_OF."""
    return f"{_PREFIX[key]}-{secrets.token_hex(6)}"


def fresh_headers() -> dict[str, str]:
    """The headers of a request that begins here: a sampled trace (W3C Trace Context, section 3.2), and both IDs."""
    traceparent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    return {TRACE_HEADER: traceparent, **{header: fresh_id(key) for key, header in HEADER_OF.items()}}
