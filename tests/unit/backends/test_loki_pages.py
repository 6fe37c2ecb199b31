"""Loki gives so many lines at once: what is more comes page by page, and what cannot is told."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.backends.loki import client
from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.stores.logs import LogFilter

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from tests.unit.backends.answering import Answering, Asked

Line = tuple[int, str]
#: As if Loki gave no more than this at once.
PAGE = 50


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", PAGE)


class Keeping:
    """Answers like Loki of one stream: a window, a direction and a limit."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = sorted(lines, key=lambda line: line[0])

    def __call__(self, asked: Asked) -> tuple[int, bytes]:
        first, end, limit = (int(asked.params[name]) for name in ("start", "end", "limit"))
        assert limit <= PAGE
        found = [line for line in self.lines if first <= line[0] < end]
        if asked.params["direction"] == "backward":
            found.reverse()
        values = [[str(at), text, {}] for at, text in found[:limit]]
        result = [{"stream": {"service_name": "a"}, "values": values}] if values else []
        return 200, json.dumps({"data": {"result": result}}).encode()


@pytest.mark.parametrize("limit", [None, 0, 1, 2, PAGE - 1, PAGE, PAGE + 1, 121])
@pytest.mark.parametrize("together", [1, 3, 40])
def test_every_line_once_and_the_newest_if_not_all(
    backend: Answering, stores: Stores, limit: int | None, together: int
) -> None:
    now = time.time_ns()
    lines = [(now - 10**9 + n // together, str(n)) for n in range(120)]
    backend.answer = Keeping(lines)
    page = stores.logs.search(LogFilter(), limit)
    kept = len(lines) if limit is None else min(limit, len(lines))
    assert [record.message for record in page.records] == [text for _, text in lines[len(lines) - kept :]]
    assert page.truncated == (limit not in (None, 0, 121))
    assert stores.logs.tail(page.cursor).records == ()


def test_a_small_page_asks_for_little(backend: Answering, stores: Stores) -> None:
    backend.answer = Keeping([(time.time_ns() - 10**12 - n, str(n)) for n in range(90)])
    assert len(stores.logs.search(LogFilter(), 5).records) == 5
    assert [asked.params["limit"] for asked in backend.asked] == [str(PAGE), "6"]


def test_more_lines_of_one_moment_than_loki_gives_are_told(backend: Answering, stores: Stores) -> None:
    now = time.time_ns()
    backend.answer = Keeping([(now, str(n)) for n in range(PAGE + 1)])
    with pytest.raises(PhoenixDevError, match=re.escape(f"bear one and the same time ({now} ns)")):
        stores.logs.search(LogFilter(), None)
