"""google.rpc.Status, the body of every refusal (OTLP specification, "Failures"), in either encoding."""

from __future__ import annotations

import json

from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
_MOST_CHARACTERS = 1000


def status_message(code: int, message: str, retry_after: float | None = None) -> Status:
    """A Status, with a RetryInfo of so many seconds where the sender shall try again."""
    status = Status(code=code, message=_bounded(message))
    if retry_after is not None:
        nanoseconds = round(retry_after * 1e9)
        delay = Duration(seconds=nanoseconds // 10**9, nanos=nanoseconds % 10**9)
        status.details.add().Pack(RetryInfo(retry_delay=delay))
    return status


def status_json(code: int, message: str, retry_after: float | None = None) -> bytes:
    """The same in the JSON mapping of protobuf."""
    status: dict[str, object] = {"code": code, "message": _bounded(message)}
    if retry_after is not None:
        kind = f"type.googleapis.com/{RetryInfo.DESCRIPTOR.full_name}"
        status["details"] = [{"@type": kind, "retryDelay": f"{retry_after:.3f}s"}]
    return json.dumps(status).encode()


def _bounded(message: str) -> str:
    """Parts of a message may be the sender's own bytes: not more of them than needed, and always valid UTF-8."""
    return message[:_MOST_CHARACTERS].encode("utf-8", "replace").decode()
