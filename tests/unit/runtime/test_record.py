from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.record import EngineRecord, StackRecord, forget_engine
from phoenix_dev.telemetry.retention.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

RECORD = EngineRecord(
    pid=7,
    identity="boot:1",
    version="0.1.0",
    since_ns=1_700_000_000_000_000_000,
    project="phoenix",
    profile="development",
    http_port=4318,
    grpc_port=4317,
    ui_port=4319,
    moved=("moved",),
    limits=Limits(2**31, 7, 30, 7, 15),
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert EngineRecord.read(tmp_path) is None
    RECORD.write(tmp_path)
    assert EngineRecord.read(tmp_path) == RECORD
    assert [path.name for path in tmp_path.glob("*runtime*")] == ["runtime.json"]
    forget_engine(tmp_path)
    forget_engine(tmp_path)
    assert EngineRecord.read(tmp_path) is None


def test_endpoints_are_urls_on_loopback() -> None:
    assert RECORD.endpoints.otlp_http == "http://127.0.0.1:4318"
    assert RECORD.endpoints.otlp_grpc == "http://127.0.0.1:4317"


@pytest.mark.parametrize("content", ["", "{", "null", "[1]", '{"pid": 7}', "\udcff"])
def test_a_record_that_cannot_be_understood_is_nobodys(tmp_path: Path, content: str) -> None:
    (tmp_path / "runtime.json").write_text(content, errors="surrogateescape")
    assert EngineRecord.read(tmp_path) is None


def test_a_record_of_a_later_version_with_more_in_it_is_understood(tmp_path: Path) -> None:
    (tmp_path / "runtime.json").write_text(json.dumps({**asdict(RECORD), "whatever_comes": 4320}))
    assert EngineRecord.read(tmp_path) == RECORD


def test_a_record_of_an_earlier_version_with_less_in_it_is_understood(tmp_path: Path) -> None:
    written = asdict(RECORD)
    for later in ("moved", "ui_port", "limits"):
        del written[later]
    (tmp_path / "runtime.json").write_text(json.dumps(written))
    assert EngineRecord.read(tmp_path) == replace(RECORD, moved=(), ui_port=0, limits=None)


def test_what_up_started_last_is_remembered(tmp_path: Path) -> None:
    assert StackRecord.read(tmp_path) is None
    StackRecord("embedded", "phoenix", "development").write(tmp_path)
    assert StackRecord.read(tmp_path) == StackRecord("embedded", "phoenix", "development")
