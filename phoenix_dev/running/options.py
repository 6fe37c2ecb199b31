"""What the shipper is started with, as the one argument of its process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ShipperOptions:
    """`services` by number of stream; `endpoint` is the base URL of OTLP/HTTP, where it is asked first; `flags` are
    those of the command line, by which the stack is found again when it does not answer there any more.
    """

    services: tuple[str, ...]
    resource: Mapping[str, str]
    endpoint: str
    flags: Mapping[str, str]

    def to_argument(self) -> str:
        """The options as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_argument(cls, text: str) -> Self:
        """The options that `to_argument` wrote."""
        given = json.loads(text)
        return cls(**{**given, "services": tuple(given["services"])})
