"""Half a character (UTF-16's surrogates), which JSON can spell and UTF-8 cannot hold."""

from __future__ import annotations

import re

_LONE = re.compile("[\ud800-\udfff]")


def without_surrogates(text: str) -> str:
    """Text that UTF-8 can hold: U+FFFD stands for each."""
    return _LONE.sub("\ufffd", text)
