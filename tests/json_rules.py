"""What every JSON document of the command line keeps to, so that a script that read one can read the next: times,
durations and IDs are written alike. `Ran.json` and `Ran.json_lines` hold what any test reads to it.
"""

from __future__ import annotations

import re
from typing import Any

#: Keys whose values are moments, or lists of them.
TIMES = frozenset(
    ("time", "times", "timestamp", "start", "since", "until", "at", "first", "last", "oldest", "baseline", "evaluated")
)
#: Below these stands what others named: telemetry, settings, the demo's own words, variables.
_OF_OTHERS = frozenset(("attributes", "resource", "labels", "annotations", "headers", "truth", "business", "scenario"))
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
_IDS = {"trace_id": 32, "trace_ids": 32, "span_id": 16, "parent_span_id": 16}
#: A duration of another unit than milliseconds, or of one that the key does not tell.
_ODD_DURATION = re.compile(r"(.*_)?(?<!per_)(s|us|ns|sec|secs|seconds|duration|took|elapsed|latency|age)")


def broken(document: Any, where: str = "") -> list[str]:
    """What of a document breaks the rules, by its place; empty when nothing does."""
    if isinstance(document, list):
        return [one for number, item in enumerate(document) for one in broken(item, f"{where}[{number}]")]
    if not isinstance(document, dict):
        return []
    found = []
    for key, value in document.items():
        place = f"{where}.{key}".lstrip(".")
        if why := _broken_value(key, value):
            found.append(f"{place}: {value!r:.80} {why}")
        elif key not in _OF_OTHERS:
            found += broken(value, place)
    return found


def _broken_value(key: str, value: Any) -> str:
    every = value if isinstance(value, list) else [value]
    if key in TIMES and not all(one == "" or (isinstance(one, str) and _MOMENT.fullmatch(one)) for one in every):
        return "is no time of RFC 3339 in UTC with nanoseconds"
    if key in _IDS and not all(one == "" or re.fullmatch(f"[0-9a-f]{{{_IDS[key]}}}", one) for one in every):
        return "is no ID in lower-case hexadecimal digits"
    if key.endswith("_ms") and not all(map(_is_duration, value.values() if isinstance(value, dict) else every)):
        return "is no number of milliseconds"
    if _ODD_DURATION.fullmatch(key) and isinstance(value, int | float):
        return "is a duration whose key does not end in _ms"
    return ""


def _is_duration(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
