"""What the stack makes of what it keeps, whichever part keeps it."""

from __future__ import annotations

from phoenix_dev.model.otlp import UNKNOWN_SERVICE

#: What a service is called that gave no name; SDKs add `:` and the program.
UNNAMED = "unknown_service"
#: Longer values (bytes) are cut before they are kept, so nothing bears them.
_LONGEST_VALUE = 8192


def named(label: str) -> str:
    """The name of a service by its label."""
    return UNKNOWN_SERVICE if not label or label.startswith(UNNAMED) else label


def is_kept_whole(value: str) -> bool:
    """Whether anything that is kept can bear this value."""
    return len(value.encode("utf-8", "replace")) <= _LONGEST_VALUE
