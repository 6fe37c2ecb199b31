"""One HTTP request as it was sent, what came back, and what the user expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.headers import CORRELATION_HEADER, REQUEST_HEADER, TRACE_HEADER
from phoenix_dev.model.identifier import trace_id_of_traceparent

if TYPE_CHECKING:
    from phoenix_dev.model.request import Request

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to be sent. `fresh` names the ID headers that were made for it, as opposed to given by the user."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    fresh: frozenset[str] = frozenset()

    def header(self, name: str) -> str:
        """The value of a header by its lower-case name, empty when it is not sent."""
        return next((value for given, value in self.headers if given.lower() == name), "")

    @property
    def trace_id(self) -> str:
        """The trace it begins or goes on with, empty when its traceparent is none."""
        return trace_id_of_traceparent(self.header(TRACE_HEADER)) or ""

    @property
    def span_id(self) -> str:
        """What the first span of whoever answers has as its parent."""
        return self.header(TRACE_HEADER).split("-")[2] if self.trace_id else ""

    @property
    def correlation_id(self) -> str:
        """See `header`."""
        return self.header(CORRELATION_HEADER)

    @property
    def request_id(self) -> str:
        """See `header`."""
        return self.header(REQUEST_HEADER)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is empty where it went into a file; `size` counts it all the same (bytes).

    `began_ns` (Unix) is before the connection was made, and `duration_ns` later the body was here. `broken` says why
    the answer is not whole, as the end of a sentence; `status` is 0 when nothing of it came.
    """

    status: int
    reason: str
    headers: Headers
    body: bytes
    size: int
    began_ns: int
    duration_ns: int
    broken: str = ""

    def header(self, name: str) -> str:
        """The first header of a lower-case name, empty without one."""
        return next((value for given, value in self.headers if given.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the user expected, whether it was so, and what was found, as a sentence without its full stop."""

    expected: str
    met: bool
    found: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, its answer, what was expected of it, and what it caused."""

    sent: Outgoing
    answer: Answer
    expectations: tuple[Expectation, ...]
    found: Request
