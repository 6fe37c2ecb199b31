"""Blocks are compressed with dictionaries that the store learns by itself and can always read again."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import zstandard

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.writer import Writer
from tests import otlp

if TYPE_CHECKING:
    from pathlib import Path


def send(path: Path, rng: random.Random, words: tuple[str, ...], traces: int) -> list[str]:
    """So many traces of one span and one log each, like nothing but each other."""
    trace_ids = [otlp.new_trace_id(rng) for _ in range(traces)]
    writer = Writer(path)
    for start in range(0, traces, 100):
        spans, records = [], []
        for trace_id in trace_ids[start : start + 100]:
            attributes = {f"{word}.attribute.name": f"{word} number {rng.randrange(9)}" for word in words}
            spans.append(otlp.span(trace_id, span_id=otlp.new_span_id(rng), attributes=attributes))
            records.append(otlp.log(" ".join(words), trace_id=trace_id))
        for export in (otlp.traces("a", *spans), otlp.logs("a", *records)):
            writer.submit(export, export.ByteSize()).result(timeout=10)
    writer.close()
    return trace_ids


def dictionaries(path: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT kind, id FROM dictionary ORDER BY id").fetchall()


def mean_block(path: Path, *, newest: int) -> float:
    with closing(sqlite3.connect(path)) as db:
        (mean,) = db.execute(
            "SELECT avg(n) FROM (SELECT length(data) n FROM span_block ORDER BY id DESC LIMIT ?)", (newest,)
        ).fetchone()
        return float(mean)


FIRST = ("alpha", "bravo", "charlie", "delta", "echo")
SECOND = ("foxtrot", "golf", "hotel", "india", "juliett")


def test_a_dictionary_is_learnt_kept_and_replaced_when_it_no_longer_fits(tmp_path: Path) -> None:
    path, rng = tmp_path / "telemetry.db", random.Random(1)
    sent = send(path, rng, FIRST, 400)
    assert dictionaries(path) == []
    without = mean_block(path, newest=400)

    sent += send(path, rng, FIRST, 600)
    assert dictionaries(path) == [("span", 1), ("log", 2)]
    sent += send(path, rng, FIRST, 700)
    assert mean_block(path, newest=700) < without * 0.7
    assert len(dictionaries(path)) == 2, "it fits, also after a restart"

    sent += send(path, rng, SECOND, 1200)
    assert ("span", 3) in dictionaries(path), "other services came"

    stores = open_stores(path)
    assert set(stores.traces.spans(sent)) == set(sent)
    assert len(stores.logs.search(LogFilter(), None).records) == len(sent)


def test_blocks_too_alike_to_learn_from_are_kept_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    writer = Writer(path)
    for _ in range(2):
        export = otlp.logs("", *(otlp.log("") for _ in range(3)))
        for future in [writer.submit(export, 10) for _ in range(600)]:
            future.result(timeout=10)
    writer.close()
    assert len(open_stores(path).logs.search(LogFilter(), None).records) == 3600


@pytest.mark.parametrize("damaged", [b"\x28\xb5\x2f\xfd\x00\x00\x00\x00", b"no frame", zstandard.compress(b"\xff\xff")])
def test_a_damaged_block_is_named(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "telemetry.db"
    (trace_id,) = send(path, random.Random(2), FIRST, 1)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE span_block SET data = ?", (damaged,))
    with pytest.raises(PhoenixDevError, match="holds a damaged block") as caught:
        open_stores(path).traces.spans([trace_id])
    assert str(path) in caught.value.message


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    (trace_id,) = send(path, random.Random(2), FIRST, 1)
    with closing(sqlite3.connect(path)) as db, db:
        ((data,),) = db.execute("SELECT data FROM span_block").fetchall()
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        db.execute("UPDATE span_block SET data = ?", (flipped,))
    with pytest.raises(PhoenixDevError, match="holds a damaged block"):
        open_stores(path).traces.spans([trace_id])
