"""One export to the stack, over a connection of its own."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

PROTOBUF, JSON = "application/x-protobuf", "application/json"
_PATIENCE_S = 5.0


def deliver(endpoint: str, path: str, body: bytes, content_type: str) -> str:
    """Post an export to the base URL of OTLP/HTTP: why it was not taken, empty when it was."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=_PATIENCE_S)
    try:
        connection.request("POST", path, body, {"content-type": content_type})
        status = connection.getresponse().status
        return "" if status == 200 else f"{endpoint} answered {status}"
    except (OSError, http.client.HTTPException) as error:
        return f"{endpoint}: {getattr(error, 'strerror', None) or error or type(error).__name__}"
    finally:
        connection.close()
