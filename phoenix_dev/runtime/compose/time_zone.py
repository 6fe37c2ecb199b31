"""This machine's time zone in the words of POSIX, which need no table of zones where they are read."""

from __future__ import annotations

import os
import time
from pathlib import Path

_LOCAL = Path("/etc/localtime")
#: A file of a zone begins like this (RFC 8536, section 3.1) and ends, from version 2 on, with a line in POSIX' words.
_MAGIC = b"TZif"
_LARGEST = 64 * 1024


def local_time_zone() -> str:
    """As in `CET-1CEST,M3.5.0,M10.5.0/3`, what the variable TZ takes; for want of better the offset that holds now."""
    found = _rule(_zone_file())
    if found:
        return found
    offset = -time.localtime().tm_gmtoff // 60
    sign, minutes = "-" if offset < 0 else "", abs(offset)
    # A zone's name must be in angle brackets unless it is letters alone (POSIX, XBD 8.3).
    return f"<local>{sign}{minutes // 60}:{minutes % 60:02}"


def _zone_file() -> Path:
    named = os.environ.get("TZ", "").lstrip(":")
    if named and ".." not in named:
        return Path("/usr/share/zoneinfo") / named
    return _LOCAL


def _rule(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST)
    except OSError:
        return ""
    last = content.rstrip(b"\n").rpartition(b"\n")[2]
    text = last.decode("ascii", "replace")
    return text if content.startswith(_MAGIC) and text and text.isprintable() and text.isascii() else ""
