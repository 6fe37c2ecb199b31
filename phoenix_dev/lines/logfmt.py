"""logfmt: `level=info msg="request accepted" duration=12ms`, as Go's logrus and slog, Heroku and Grafana write it."""

from __future__ import annotations

import json
import re

_PAIR = re.compile(r'\s*([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.)*"|[^\s"=]*)(?=\s|$)')
#: More are no log line.
_MOST_PAIRS = 512


def pairs_of(text: str) -> dict[str, str] | None:
    """The pairs of a line that is nothing but pairs, two at least; None for every other line."""
    pairs: dict[str, str] = {}
    at, end = 0, len(text.rstrip())
    while at < end and len(pairs) < _MOST_PAIRS:
        found = _PAIR.match(text, at)
        if found is None:
            return None
        pairs[found[1]] = _unquoted(found[2])
        at = found.end()
    return pairs if at >= end and len(pairs) > 1 else None


def _unquoted(value: str) -> str:
    if value[:1] != '"':
        return value
    if "\\" not in value:
        return value[1:-1]
    try:
        return str(json.loads(value, strict=False))
    except ValueError:
        return value[1:-1]
