"""The bytes of an export into its message, for HTTP and gRPC alike."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from google.protobuf.message import DecodeError

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.otlp.read_json import read_json
from phoenix_dev.receiver.fault import explain, last_service

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from phoenix_dev.receiver.signals import Signal
    from phoenix_dev.telemetry.inbox import ExportRequest

Encoding = Literal["protobuf", "json"]

#: JSON above this size (bytes) takes a while to read.
_LONG_JSON = 64 * 1024


def decode(signal: Signal, encoding: Encoding, body: bytes) -> ExportRequest:
    """The export. Raises Malformed naming what is wrong with it."""
    if encoding == "json":
        return read_json(signal.request, body)
    try:
        return signal.request.FromString(body)
    except DecodeError:
        raise _malformed(signal, body) from None


async def decode_on_loop(signal: Signal, encoding: Encoding, body: bytes, slow: Executor) -> ExportRequest:
    """The same for the event loop: what takes long (long JSON, finding the fault in a bad body) is done by `slow`."""
    if encoding == "protobuf":
        try:
            return signal.request.FromString(body)
        except DecodeError:
            pass
    elif len(body) <= _LONG_JSON:
        return decode(signal, encoding, body)
    return await asyncio.get_running_loop().run_in_executor(slow, decode, signal, encoding, body)


def _malformed(signal: Signal, body: bytes) -> Malformed:
    fault = explain(signal.request.DESCRIPTOR, body)
    return Malformed(fault.reason, service=last_service(body, fault.offset))
