"""The bytes of an export into its message, for HTTP and gRPC alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from google.protobuf.message import DecodeError

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.otlp.read_json import read_json
from phoenix_dev.receiver.fault import explain, last_service
from phoenix_dev.receiver.limits import TooLarge

if TYPE_CHECKING:
    from phoenix_dev.receiver.signals import Signal
    from phoenix_dev.telemetry.inbox import ExportRequest

Encoding = Literal["protobuf", "json"]

#: A group costs the store as much as twenty spans. So many with a resource that has a name fill an export anyway.
MOST_GROUPS = 50_000


def decode(signal: Signal, encoding: Encoding, body: bytes) -> ExportRequest:
    """The export. Raises Malformed naming what is wrong with it, and TooLarge when it has too many groups."""
    if encoding == "protobuf":
        try:
            return decode_sound(signal, body)
        except DecodeError:
            raise _malformed(signal, body) from None
    export = read_json(signal.request, body)
    _refuse_crowds(signal, export)
    return export


def decode_sound(signal: Signal, body: bytes) -> ExportRequest:
    """The same for protobuf, with no search for the fault: raises DecodeError instead of Malformed."""
    export = signal.request.FromString(body)
    _refuse_crowds(signal, export)
    return export


def _refuse_crowds(signal: Signal, export: ExportRequest) -> None:
    groups = getattr(export, signal.groups)
    scopes = signal.groups.replace("resource", "scope")
    if len(groups) > MOST_GROUPS or sum(len(getattr(group, scopes)) for group in groups) > MOST_GROUPS:
        raise TooLarge(f"the export has more than {MOST_GROUPS} groups by resource or by scope")


def _malformed(signal: Signal, body: bytes) -> Malformed:
    fault = explain(signal.request.DESCRIPTOR, body)
    return Malformed(fault.reason, service=last_service(body, fault.offset))
