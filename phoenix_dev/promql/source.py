"""Where the series come from that expressions are evaluated over."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.promql.matchers import Matcher

_STALE_BITS = 0x7FF0000000000002
#: A value that says that a series has ended: not one of its values, but a NaN of these very bits (Prometheus,
#: model/value). To be compared by `is_stale`.
STALE: float = struct.unpack("<d", struct.pack("<Q", _STALE_BITS))[0]


def is_stale(value: float) -> bool:
    """Whether a value says that its series has ended."""
    return math.isnan(value) and struct.pack("<d", value) == _STALE_BYTES


_STALE_BYTES = struct.pack("<Q", _STALE_BITS)


@dataclass(frozen=True, slots=True)
class Stream:
    """A series as it is kept: its labels (`__name__` among them, none of them empty), and its samples in columns.

    `times_ms` (Unix milliseconds) ascend, each standing once; `values` are as many. Nobody changes any of them: a
    source may give out its own.
    """

    labels: Mapping[str, str]
    times_ms: Sequence[int]
    values: Sequence[float]


class SeriesSource(Protocol):
    """Series that are kept. Every method raises NotReady when what keeps them cannot be read."""

    def select(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> Iterable[Stream]:
        """The series that fulfil all matchers, with their samples between two times (Unix milliseconds, both included).

        Each set of labels stands once, in any order; a series without a sample in that time may be left out.
        """
        ...

    def exemplars(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> Iterable[Exemplar]:
        """The exemplars of the series that fulfil all matchers, in any order; both times are included."""
        ...
