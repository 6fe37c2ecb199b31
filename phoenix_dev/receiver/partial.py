"""The answer to an export of which some items were refused for good (OTLP specification, "Partial Success")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from phoenix_dev.receiver.signals import Signal
    from phoenix_dev.telemetry.inbox import Accepted


def partial_success(signal: Signal, accepted: Accepted) -> Message:
    """The response message: how many spans, records or points were refused, and why."""
    response: Any = signal.response()
    partial = response.partial_success
    setattr(partial, signal.rejected, accepted.rejected)
    partial.error_message = accepted.reason.encode("utf-8", "replace").decode()
    message: Message = response
    return message
