"""How far a source was read is kept with what was read from it: both or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry.inbox import Overloaded
from phoenix_dev.telemetry.positions import read_positions
from phoenix_dev.telemetry.writer import Writer
from tests import otlp

if TYPE_CHECKING:
    from pathlib import Path


def test_a_position_is_kept_with_its_export(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    writer = Writer(path)
    for end in ("10", "20"):
        writer.submit(otlp.logs("a", otlp.log(end)), 10, {"app.log": end, f"{end}.log": "1"}).result(timeout=10)
    assert read_positions(path) == {"app.log": "20", "10.log": "1", "20.log": "1"}
    writer.submit(otlp.logs("a"), 10, {"app.log": "30", "10.log": ""}).result(timeout=10)
    assert read_positions(path) == {"app.log": "30", "20.log": "1"}, "an empty one is forgotten"
    writer.close()


def test_an_export_that_is_not_kept_moves_no_position(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    writer = Writer(path)
    writer.submit(otlp.logs("a", otlp.log("kept")), 10, {"app.log": "10"}).result(timeout=10)
    writer.run(lambda db: db.execute("DROP TABLE log_run")).result(timeout=10)
    lost = writer.submit(
        otlp.logs("a", otlp.log("lost", trace_id=otlp.new_trace_id(), span_id="00f067aa0ba902b7")),
        10,
        {"app.log": "20"},
    )
    with pytest.raises(Overloaded, match="no such table: log_run"):
        lost.result(timeout=10)
    assert read_positions(path) == {"app.log": "10"}
    writer.close()


def test_without_a_store_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        read_positions(tmp_path / "telemetry.db")
