"""Ages and sizes as settings write them: read here alone."""

from __future__ import annotations

import re

#: Nanoseconds.
_AGES = {"d": 86_400 * 10**9, "w": 7 * 86_400 * 10**9}
_DURATIONS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9}
#: Bytes.
_SIZES = {"MB": 10**6, "MiB": 2**20, "GB": 10**9, "GiB": 2**30}


def age_in_ns(text: str) -> int:
    """`7d`, `4w` in nanoseconds. Raises ValueError with what the text has to be."""
    found = re.fullmatch(r"([0-9]{1,4})([dw])", text)
    if not found or int(found[1]) == 0:
        raise ValueError("whole days or weeks, as in 7d or 4w")
    return int(found[1]) * _AGES[found[2]]


def duration_in_ns(text: str) -> int | None:
    """`500ms`, `1.5s`, `2m` in nanoseconds; None for anything else."""
    found = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(ms|s|m)", text)
    return round(float(found[1]) * _DURATIONS[found[2]]) if found else None


def size_in_bytes(text: str) -> int:
    """`500MB`, `2GiB` in bytes. Raises ValueError with what the text has to be."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})(MB|MiB|GB|GiB)", text)
    if not found:
        raise ValueError("a size in MB, MiB, GB or GiB, as in 2GiB")
    return int(found[1]) * _SIZES[found[2]]
