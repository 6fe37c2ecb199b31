"""What every LogStore promises about following (phoenix_dev/stores/logs.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.stores.logs import LogFilter
from tests import otlp
from tests.contract.test_logs import everything, messages
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.contract.keeping import Kept


def tailed(kept: Kept, cursor: str, wanted: int = 0) -> tuple[list[str], str]:
    """What this test's services sent since the cursor, and the next cursor: asked until `wanted` have come, and then
    once more for what should not.
    """
    found: list[str] = []

    def ask() -> bool:
        nonlocal cursor
        page = kept.stores.logs.tail(cursor)
        cursor = page.cursor
        found.extend(messages(record for record in page.records if record.service.endswith(kept.mark)))
        return len(found) >= wanted

    wait_until(ask, what=f"a tail of {wanted}")
    ask()
    return found, cursor


def test_a_tail_gives_everything_after_the_page_once_whatever_its_time(kept: Kept) -> None:
    kept.send(otlp.logs(kept.own("a"), otlp.log("before", time=kept.now)))
    page = kept.stores.logs.search(everything(kept, "a"), None)
    assert tailed(kept, page.cursor)[0] == []
    kept.send(otlp.logs(kept.own("a"), otlp.log("old", time=kept.now - 5), otlp.log("new", time=kept.now)))
    first, cursor = tailed(kept, page.cursor, 2)
    kept.send(otlp.logs(kept.own("b"), otlp.log("newest", time=kept.now)))
    second, _ = tailed(kept, cursor, 1)
    assert messages(page.records) == ["before"]
    assert first == ["old", "new"]
    assert second == ["newest"]


def test_a_cursor_may_be_asked_again(kept: Kept) -> None:
    cursor = kept.stores.logs.search(LogFilter(), 0).cursor
    kept.send(otlp.logs(kept.own("a"), otlp.log("one", time=kept.now)))
    assert tailed(kept, cursor, 1)[0] == ["one"]
    kept.send(otlp.logs(kept.own("a"), otlp.log("two", time=kept.now + 1)))
    assert tailed(kept, cursor, 2)[0] == ["one", "two"]


def test_a_page_that_shows_nothing_of_what_is_there_has_a_cursor_after_it_all_the_same(kept: Kept) -> None:
    kept.send(otlp.logs(kept.own("a"), *(otlp.log(str(n), time=kept.now + n) for n in range(5))))
    recent = everything(kept, "a", since_ns=kept.now)
    for page in (
        kept.stores.logs.search(recent, 0),
        kept.stores.logs.search(recent, 2),
        kept.stores.logs.search(replace(recent, min_severity=17), None),
    ):
        assert tailed(kept, page.cursor)[0] == []


def test_a_tail_goes_on_after_a_restart(kept: Kept) -> None:
    kept.send(otlp.logs(kept.own("a"), otlp.log("before", time=kept.now)))
    cursor = kept.stores.logs.search(LogFilter(), 0).cursor
    kept.send(otlp.logs(kept.own("a"), otlp.log("between", time=kept.now)))
    kept.restart()
    kept.send(otlp.logs(kept.own("a"), otlp.log("after", time=kept.now + 1)))
    found, cursor = tailed(kept, cursor, 2)
    assert found == ["between", "after"]
    assert tailed(kept, cursor)[0] == []
