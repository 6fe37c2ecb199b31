"""The thread that does it all: a store under steady load stays within its limit, and ends when asked."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.retention import keeper as keeper_module
from phoenix_dev.telemetry.retention.keeper import Keeper
from tests.waiting import wait_until

from .conftest import MEGABYTE, limits

if TYPE_CHECKING:
    import pytest

    from .conftest import Store


def test_a_store_under_load_stays_within_its_limit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "LOOK_S", 0.02)
    failed = [store.trace("a", error=True) for _ in range(5)]
    keeper = Keeper(store.path, store.writer, limits(8 * MEGABYTE))
    try:
        for _ in range(300):
            newest = store.trace("a", size=60_000)
        wait_until(lambda: _size(store) <= 8 * MEGABYTE, 20, what="a file within its limit")
        assert store.kept(failed) == failed
        assert store.kept([newest]) == [newest]
        assert store.count("trace") > 40
    finally:
        keeper.close()


def test_what_goes_wrong_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "LOOK_S", 0.02)
    for _ in range(100):
        store.trace("a", size=60_000)
    store.writer.run(lambda db: db.execute("ALTER TABLE removal RENAME TO elsewhere")).result(timeout=10)
    keeper = Keeper(store.path, store.writer, limits(4 * MEGABYTE))
    try:
        before = store.count("trace")
        assert before == 100  # nothing is removed that is not noted
        store.writer.run(lambda db: db.execute("ALTER TABLE elsewhere RENAME TO removal")).result(timeout=10)
        wait_until(lambda: store.count("trace") < 70, 20, what="room that is made after all")
    finally:
        keeper.close()


def test_a_store_that_cannot_be_read_yet_is_kept_small_once_it_can(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(keeper_module, "LOOK_S", 0.02)
    for _ in range(100):
        store.trace("a", size=60_000)
    later = store.path.with_name("later.db")
    keeper = Keeper(later, store.writer, limits(4 * MEGABYTE))
    try:
        wait_until(lambda: "could not begin" in caplog.text)
        later.symlink_to(store.path)
        wait_until(lambda: store.count("trace") < 70, 20, what="room that is made after all")
    finally:
        keeper.close()


def _size(store: Store) -> int:
    return sum(path.stat().st_size for path in store.path.parent.glob("telemetry.db*") if path.exists())


def test_it_ends_at_once(store: Store) -> None:
    keeper = Keeper(store.path, store.writer, limits())
    keeper.close()
    with sqlite3.connect(store.path) as db:
        assert db.execute("SELECT count(*) FROM removal").fetchone() == (0,)
