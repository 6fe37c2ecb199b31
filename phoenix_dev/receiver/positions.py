"""Exports that say how far their source has been read.

Our own reader of log files sends two headers with an export: `x-phoenix-dev-position`, a JSON object from source to
position, kept in the transaction that keeps the export, and `x-phoenix-dev-token`, which only our reader knows. So each
line is kept once, whatever dies when.
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from phoenix_dev.otlp.malformed import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.receiver.head import Head

TOKEN = "x-phoenix-dev-token"  # noqa: S105 - the name of the header
POSITION = "x-phoenix-dev-position"
_NONE: Mapping[str, str] = {}


def positions_of(head: Head, token: str) -> Mapping[str, str]:
    """The positions that come with an export; none from a sender that does not know the token.

    Raises Malformed for a header that is not a JSON object of texts.
    """
    sent = head.headers.get(POSITION.encode())
    if sent is None:
        return _NONE
    if not token or not hmac.compare_digest(head.headers.get(TOKEN.encode(), b""), token.encode()):
        raise Malformed(f"{POSITION} is taken from phoenix-dev's own reader of log files only")
    try:
        found = json.loads(sent)
    except ValueError as exc:
        raise Malformed(f"{POSITION} is not JSON: {exc}") from exc
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Malformed(f"{POSITION} is not a JSON object of texts")
    return found
