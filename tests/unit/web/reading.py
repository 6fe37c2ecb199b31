"""What a reader of a page sees."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.site import Site


def words(html: str) -> str:
    """What a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def shown(site: Site, path: str, status: int = 200) -> str:
    answer = site.get(path)
    assert answer.status == status, words(answer.text)
    return words(answer.text)
