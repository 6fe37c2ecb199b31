"""Values that break out of a query which does not quote them."""

from __future__ import annotations

HOSTILE_IDS = [
    '"',
    "\\",
    '\\"',
    "`",
    "a`b",
    "'",
    '" or correlation_id!="',
    '"} | json | line_format "{{.x}}',
    '{service_name=~".+"}',
    '"}',
    '","x":"',
    "a\nb\r\tc",
    "#comment",
    "%22&limit=1",
    "../../x?y",
    ".*",
    "a|b",
    "$(id)",
    "ünïcödé 漢字 🙂",
    "\u202eright to left",
    "\ufeffmark",
    "\x00nul\x7f\x1b[31m",
    " spaces ",
    "x" * 4000,
]


def shortly(value: str) -> str:
    """A name for a test of it."""
    return ascii(value[:30])
