"""Who came to the wrong door: told by a connection's first bytes or by the path, in words that say what to change."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phoenix_dev.model.refusal import Protocol

Spoken = Literal["http/1", "http/2", "tls", "unknown"]

#: RFC 9113, section 3.4: what every HTTP/2 client says first, and no request of HTTP/1 is.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#: RFC 8446, section 5.1: a handshake record, of a version that begins with 3.
_TLS = b"\x16\x03"
_SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
_GOAWAY, _HTTP_1_1_REQUIRED = 7, 0xD

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_OTLP = "OTEL_EXPORTER_OTLP_PROTOCOL"
#: Where other protocols go (exactly, or what their paths begin with), what they are, and which setting ends it.
_OTHERS = (
    (("/api/v1/spans", "/api/v2/spans"), "that is Zipkin's", "OTEL_TRACES_EXPORTER=otlp"),
    (("/api/traces",), "that is Jaeger's", "OTEL_TRACES_EXPORTER=otlp"),
    (("/api/v1/write", "/api/v1/push"), "that is Prometheus' remote write", "OTEL_METRICS_EXPORTER=otlp"),
    (("/loki/",), "that is Loki's", "OTEL_LOGS_EXPORTER=otlp"),
    (("/v0.3/", "/v0.4/", "/v0.5/", "/v0.7/"), "that is Datadog's", "OTEL_TRACES_EXPORTER=otlp"),
    (("/opentelemetry.proto.collector.",), "that is gRPC over HTTP/1.1", f"{_OTLP}=http/protobuf"),
)
_JAEGER_SERVICE = "/jaeger."


@dataclass(slots=True)
class Doors:
    """The ports that take OTLP, once they are known; 0 before that."""

    http: int = 0
    grpc: int = 0

    def wrong(self, door: Protocol, spoken: Spoken) -> str:
        """What to tell somebody who speaks something else at a door, and to remember for `status`."""
        here = {"http": "OTLP/HTTP", "grpc": "OTLP/gRPC"}[door or "http"]
        if spoken == "tls":
            own = self.http if door == "http" else self.grpc
            where = f"{_ENDPOINT}=http://127.0.0.1:{own}" if own else f"an {_ENDPOINT}"
            return f"TLS was sent to the {here} port, which speaks none: set {where} with http, not https"
        if door == "http":
            said, other, way = "gRPC", self.grpc, f"{_OTLP}=http/protobuf"
        else:
            said, other, way = ("HTTP" if spoken == "http/1" else "no gRPC"), self.http, f"{_OTLP}=grpc"
        instead = f"{_ENDPOINT}=http://127.0.0.1:{other}, or " if other else ""
        return f"{said} was sent to the {here} port: set {instead}{way}"


def spoken(first: bytes) -> Spoken | None:
    """What a connection's first bytes are; None while there are too few to tell."""
    if first.startswith(_TLS):
        return "tls"
    if first.startswith(_PREFACE[:4]):
        return "http/2"
    if len(first) < 4 and (_PREFACE.startswith(first) or _TLS.startswith(first)):
        return None
    return "http/1" if first[:1].isalpha() and first[:8].isascii() else "unknown"


def goaway(why: str) -> bytes:
    """The end of an HTTP/2 connection as its client understands it (RFC 9113, section 6.8): most libraries show why."""
    payload = struct.pack(">II", 0, _HTTP_1_1_REQUIRED) + why.encode()
    return _SETTINGS + len(payload).to_bytes(3, "big") + bytes([_GOAWAY, 0, 0, 0, 0, 0]) + payload


def refused_page(why: str) -> bytes:
    """A whole answer in HTTP/1.1, with the words in the status line too: of an answer many SDKs print just that."""
    text = f"{why}\n".encode()
    head = f"HTTP/1.1 400 {why}\r\ncontent-type: text/plain\r\ncontent-length: {len(text)}\r\nconnection: close"
    return head.encode() + b"\r\n\r\n" + text


def advice_on_path(path: str, known: tuple[str, ...]) -> str:
    """What somebody who sends to a path wants to change; empty where that cannot be told."""
    for beginnings, whose, setting in _OTHERS:
        if path.startswith(beginnings):
            return f"{whose}: set {setting}"
    if path == "/":
        return f"a setting for one signal is used as it is: add its path, or set {_ENDPOINT}, to which SDKs add it"
    for right in known:
        if path.rstrip("/") in (right, right[:-1], right.replace("/v1", "/v1/otlp")):
            return f"this was meant for {right}"
        if path.rstrip("/").endswith(right):
            return f"{_ENDPOINT} has a path of its own, {path.rstrip('/').removesuffix(right)}: leave it out"
    return ""


def advice_on_method(method: str) -> str:
    """The same for a method of gRPC."""
    return "that is Jaeger's: set OTEL_TRACES_EXPORTER=otlp" if method.startswith(_JAEGER_SERVICE) else ""
