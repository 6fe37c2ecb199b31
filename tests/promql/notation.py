"""Series in promtool's notation (`0+10x5 7 _x3`), as a source for our own evaluator."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from phoenix_dev.promql.nodes import Selector
from phoenix_dev.promql.parse import parsed
from phoenix_dev.promql.source import Stream
from tests.promql.series import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PART = re.compile(r"(?P<first>_|-?[0-9.e+-]+?)(?:(?P<step>[+-][0-9.]+)?x(?P<many>[0-9]+))?")


def kept(series: Mapping[str, str], step_s: float, begin_ms: int) -> Kept:
    """The series by their selectors, a sample every `step_s` from `begin_ms` on."""
    return Kept([_stream(selector, values, round(step_s * 1000), begin_ms) for selector, values in series.items()])


def _stream(selector: str, values: str, step_ms: int, begin_ms: int) -> Stream:
    node = parsed(selector)
    assert isinstance(node, Selector)
    labels = {matcher.name: matcher.value for matcher in node.matchers}
    samples = [(begin_ms + at * step_ms, value) for at, value in enumerate(_samples(values)) if value is not None]
    return Stream(labels, array("q", [time for time, _ in samples]), array("d", [value for _, value in samples]))


def _samples(values: str) -> Iterator[float | None]:
    for part in values.split():
        found = _PART.fullmatch(part)
        assert found, part
        many = int(found["many"] or 0)
        if found["first"] == "_":
            yield from [None] * max(1, many)
        else:
            yield from (float(found["first"]) + at * float(found["step"] or 0) for at in range(many + 1))
