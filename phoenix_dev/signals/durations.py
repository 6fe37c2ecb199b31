"""Durations within expressions, and what a drill makes of them."""

from __future__ import annotations

import re
from functools import partial

#: The window of a rate (seconds).
WINDOW_S = 60.0
#: So many samples are in a window at least, by their usual distance: two, with room for one that comes late.
_SAMPLES = 3
_UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_PLACES = re.compile(r"\{(?:window|(?P<number>\d+)(?P<unit>[smhd]))\}")


def filled(expression: str, sampled_s: float, time_scale: float) -> str:
    """An indicator's expression with durations in its places, all divided by the scale of time."""
    return _PLACES.sub(partial(_in_place, sampled_s=sampled_s, time_scale=time_scale), expression)


def window_s(sampled_s: float, time_scale: float) -> float:
    """How long a rate's window is (seconds), for values that come every `sampled_s`."""
    return max(WINDOW_S / time_scale, min(WINDOW_S, _SAMPLES * sampled_s))


def written(seconds: float) -> str:
    """A duration as PromQL and LogQL write it: `90s`, `5m`, `1d`; at least a millisecond."""
    for unit, length in _UNITS.items():
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length:.0f}{unit}"
    return f"{max(1, round(seconds * 1000))}ms" if seconds else "0s"


def _in_place(place: re.Match[str], sampled_s: float, time_scale: float) -> str:
    if place["unit"] is None:
        return written(window_s(sampled_s, time_scale))
    return written(int(place["number"]) * _UNITS[place["unit"]] / time_scale)
