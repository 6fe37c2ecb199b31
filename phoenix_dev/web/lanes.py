"""Alerts over a time: a lane each, with bars while it was pending and while it fired, and what was sent when."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import clock
from phoenix_dev.web.pointing import line_shown, shown_where_one_points
from phoenix_dev.web.scales import time_ticks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.alert import Delivery
    from phoenix_dev.model.alert_history import AlertHistory, AlertLane
    from phoenix_dev.web.scales import Tick

#: Height of a lane in pixels.
LANE = 34
#: Labels that say nothing beside the others, and characters of a name.
_UNTOLD = ("instance", "job")
_NAME = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lane in percent from the left: `state` is pending or firing."""

    x: str
    width: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A message that was sent, in percent from the left; `place` is its number in the list of messages."""

    x: str
    place: int
    resolved: bool
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """An alert, or a channel (`severity` empty): what stands in its lane, so many pixels from the top."""

    y: int
    name: str
    severity: str
    bars: tuple[Bar, ...]
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """All lanes with their times, and what a browser is told to show where one points."""

    lanes: tuple[Lane, ...]
    times: list[Tick]
    height: int
    left_out: int
    data: dict[str, object]


def lanes_of(history: AlertHistory, sent: Sequence[Delivery]) -> Lanes:
    """The history of alerts, and messages of that time."""
    first, last = history.times_ns[0], history.times_ns[-1]
    made = [
        Lane(LANE * place, name_of(lane), lane.severity, tuple(_bars(lane, history)), ())
        for place, lane in enumerate(history.lanes)
    ]
    for channel in dict.fromkeys(one.channel for one in sent if first <= one.time_ns <= last):
        signs = tuple(_signs(sent, channel, first, last))
        made.append(Lane(LANE * len(made), f"sent to {channel}", "", (), signs))
    return Lanes(tuple(made), time_ticks(first, last), LANE * len(made), history.left_out, _data(history))


def name_of(lane: AlertLane) -> str:
    """An alert in a line: its name, how urgent, and what it is about."""
    about = " ".join(value for name, value in sorted(lane.labels.items()) if name not in _UNTOLD)
    return f"{lane.name} {lane.severity}{f' · {about}' if about else ''}"[:_NAME]


def _bars(lane: AlertLane, history: AlertHistory) -> Iterator[Bar]:
    step = 100 / max(1, len(history.times_ns) - 1)
    place = 0
    for state, run in groupby(lane.states):
        length = len(list(run))
        if state != "inactive":
            begin, end = history.times_ns[place], history.times_ns[place + length - 1]
            x, width = max(0.0, step * (place - 0.5)), step * length
            words = f"{state} {clock(begin)[:8]} – {clock(end)[:8]}"
            yield Bar(f"{x:.2f}", f"{min(width, 100 - x):.2f}", state, words)
        place += length


def _signs(sent: Sequence[Delivery], channel: str, first: int, last: int) -> Iterator[Sign]:
    for place, one in enumerate(sent):
        if one.channel == channel and first <= one.time_ns <= last:
            x = f"{100 * (one.time_ns - first) / max(1, last - first):.2f}"
            yield Sign(x, place, one.status == "resolved", f"{clock(one.time_ns)[:8]} {one.status} {one.title[:_NAME]}")


def _data(history: AlertHistory) -> dict[str, object]:
    lanes = (
        line_shown(
            name_of(lane),
            None,
            [None if state == "inactive" else state for state in lane.states],
            [None] * len(lane.states),
        )
        for lane in history.lanes
    )
    return shown_where_one_points(history.times_ns, lanes)
