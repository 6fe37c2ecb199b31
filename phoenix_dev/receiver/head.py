"""What the head of an HTTP request says about the export in its body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

    from phoenix_dev.receiver.decode import Encoding

_ENCODINGS: dict[bytes, Encoding] = {b"application/x-protobuf": "protobuf", b"application/json": "json"}
#: RFC 9110, section 8.4.1.3: x-gzip is gzip.
_CODINGS = {b"": False, b"identity": False, b"gzip": True, b"x-gzip": True}


@dataclass(frozen=True, slots=True)
class Head:
    """`encoding` is None for a content type that OTLP does not have, `gzip` for a coding that is not taken. `length`
    is None for a chunked body.
    """

    method: str
    path: str
    headers: dict[bytes, bytes]
    encoding: Encoding | None
    gzip: bool | None
    length: int | None
    peer: str

    @classmethod
    def of(cls, scope: Scope) -> Head:
        """Read from an ASGI scope."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        length = headers.get(b"content-length")
        client = scope.get("client")
        return cls(
            method=scope["method"],
            path=scope["path"],
            headers=headers,
            encoding=_ENCODINGS.get(media),
            gzip=_CODINGS.get(headers.get(b"content-encoding", b"").strip().lower()),
            length=int(length) if length is not None and length.isdigit() else None,
            peer=client[0] if client else "",
        )

    @property
    def has_body(self) -> bool:
        """Whether anything follows the head."""
        return bool(self.length) or b"transfer-encoding" in self.headers

    def text(self, header: bytes) -> str:
        """A header as readable text, whatever bytes were sent."""
        return self.headers.get(header, b"").decode("latin-1")
