"""What page scripts show where one points at a picture: its times in words, and what each line is at each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.moment import in_utc
from phoenix_dev.model.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DAY_NS = 86_400 * 10**9


def shown_where_one_points(
    times_ns: Sequence[int], lines: Iterable[dict[str, object]], points: Iterable[dict[str, object]] = ()
) -> dict[str, object]:
    """The value of `data-chart`: for the steps of a picture (Unix nanoseconds), its lines (`line_shown`), and what lies
    between them.
    """
    form = "%H:%M:%S" if times_ns[-1] - times_ns[0] < _DAY_NS else "%m-%d %H:%M"
    return {
        "times": [time_ns // 10**6 for time_ns in times_ns],
        "words": [in_utc(form, time_ns) for time_ns in times_ns],
        "lines": list(lines),
        "points": list(points),
    }


def line_shown(
    name: str, hue: int | None, values: Sequence[str | None], at: Sequence[float | None]
) -> dict[str, object]:
    """A line at each step: its value in words and its height in percent from the top, None where it has none."""
    return {"name": visible(name), "hue": hue, "values": list(values), "at": list(at)}
