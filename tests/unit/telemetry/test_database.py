"""The file of the embedded store: its version, its migrations, and reading it beside its writer."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry import schema
from phoenix_dev.telemetry.database import ReadConnection, open_writer
from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.schema import APPLICATION_ID, VERSION
from phoenix_dev.telemetry.writer import Writer
from tests import otlp

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "telemetry.db"


def test_a_fresh_file_has_the_version_and_can_give_space_back(path: Path) -> None:
    with closing(open_writer(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert db.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_migration_that_was_released_is_never_changed() -> None:
    """Files of that version are out there: what is to be different comes as a further migration."""
    digest = hashlib.sha256("\n".join(schema._INITIAL).encode()).hexdigest()
    assert digest == "3095abb34edef67afd4e50d23669b30d5db92f5ed7676659f973ef72f1826b77"


def test_opening_it_again_changes_nothing(path: Path) -> None:
    open_writer(path).close()
    with closing(open_writer(path)) as db:
        assert db.execute("SELECT count(*) FROM store").fetchone() == (1,)


@pytest.mark.parametrize("opening", ["write", "read"])
def test_a_file_of_a_newer_version_gives_a_sentence(path: Path, opening: str) -> None:
    with closing(open_writer(path)) as db:
        db.execute("DROP TABLE trace")  # whatever a newer version did to the tables
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(
        NotReady, match=rf"written by a newer phoenix-dev \(schema {VERSION + 1}, this one reads up to {VERSION}\)"
    ) as caught:
        open_writer(path) if opening == "write" else ReadConnection(path).rows("SELECT 1")
    assert str(path) in caught.value.message
    assert caught.value.hint == "pip install --upgrade phoenix-dev"


def test_a_database_of_someone_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as foreign, foreign:
        foreign.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(NotReady, match="is not a store of phoenix-dev"):
        open_writer(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_gives_a_sentence(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("hello " * 1000)
    with pytest.raises(NotReady, match="cannot be used: file is not a database"):
        open_writer(path)


def test_a_migration_that_fails_leaves_the_old_version_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_writer(path).close()

    def half(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE trace ADD COLUMN half INTEGER")
        db.execute("SELECT no_such_function()")

    from phoenix_dev.telemetry import database

    monkeypatch.setattr(database, "MIGRATIONS", (*schema.MIGRATIONS, half))
    with pytest.raises(NotReady, match="no_such_function"):
        open_writer(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert "half" not in {row[1] for row in db.execute("PRAGMA table_info(trace)")}


def test_an_older_file_is_read_after_its_engine_brought_it_up_to_date(path: Path) -> None:
    with closing(open_writer(path)) as db:
        db.execute("PRAGMA user_version = 0")
    with pytest.raises(NotReady, match="older phoenix-dev"):
        ReadConnection(path).rows("SELECT 1")


def test_reading_needs_a_file(path: Path) -> None:
    with pytest.raises(NotReady, match="there is no telemetry yet") as caught:
        open_stores(path).traces.latest()
    assert caught.value.hint == "phoenix-dev up"


def test_a_reader_follows_a_file_that_was_deleted_and_begun_anew(path: Path) -> None:
    first, second = otlp.new_trace_id(), otlp.new_trace_id()
    stores = open_stores(path)
    for trace_id in (first, second):
        writer = Writer(path)
        export = otlp.traces("a", otlp.span(trace_id))
        writer.submit(export, export.ByteSize()).result(timeout=10)
        assert stores.traces.latest() == trace_id
        writer.close()
        for file in path.parent.iterdir():
            file.unlink()
    with pytest.raises(NotReady):
        stores.traces.latest()


def test_a_tail_goes_on_in_the_new_file(path: Path) -> None:
    from phoenix_dev.stores.logs import LogFilter

    stores = open_stores(path)
    cursor = ""
    for message in ("old", "new"):
        writer = Writer(path)
        export = otlp.logs("a", otlp.log(message))
        writer.submit(export, export.ByteSize()).result(timeout=10)
        found = stores.logs.tail(cursor).records if cursor else stores.logs.search(LogFilter(), None).records
        assert [record.message for record in found] == [message]
        cursor = stores.logs.search(LogFilter(), 0).cursor
        writer.close()
        for file in path.parent.iterdir():
            file.unlink()


def test_what_was_committed_is_read_after_the_writer_was_killed(path: Path) -> None:
    """The reader opens the write-ahead log of a process that had no chance to fold it into the file."""
    trace_id = otlp.new_trace_id()
    code = (
        "import os, pathlib, sys; from phoenix_dev.telemetry.writer import Writer; from tests import otlp\n"
        f"writer = Writer(pathlib.Path(sys.argv[1])); export = otlp.traces('a', otlp.span('{trace_id}'))\n"
        "writer.submit(export, export.ByteSize()).result(); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], cwd=otlp.__file__.rsplit("/", 2)[0], check=False)
    assert killed.returncode == -9
    assert path.with_name("telemetry.db-wal").stat().st_size > 0
    assert open_stores(path).traces.latest() == trace_id


def test_a_file_without_its_tables_gives_a_sentence(path: Path) -> None:
    with closing(open_writer(path)) as db:
        db.execute("DROP TABLE dictionary")
    with pytest.raises(NotReady, match="no such table: dictionary"):
        Writer(path)
