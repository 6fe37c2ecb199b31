"""Files that are followed: each line once, whatever happens to the file or to who reads it."""

from __future__ import annotations

import gzip
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoenix_dev.lines.text import LONGEST_LINE
from phoenix_dev.logfiles import gatherer as module
from phoenix_dev.logfiles.follower import service_of
from tests.unit.logfiles.keeping import Kept, append
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "work" / "shop.jsonl"


@pytest.fixture
def kept(file: Path) -> Iterator[Kept]:
    store = Kept(str(file.parent / "*"))
    yield store
    store.reader.close()


def test_a_file_is_read_from_its_beginning_and_on(kept: Kept, file: Path) -> None:
    append(file, "1", "2")
    assert kept.read() == ["1", "2"]
    append(file, "3")
    assert kept.read() == ["1", "2", "3"]
    append(file.with_name("other.log"), '{"message": "4", "service": "named"}', "5")
    assert kept.read() == ["1", "2", "3", "4", "5"]
    assert kept.services == ["shop", "shop", "shop", "named", "other"]


def test_an_incomplete_line_waits(kept: Kept, file: Path) -> None:
    append(file, "1", "inc", end="")
    assert kept.read() == ["1"]
    kept.new_reader()
    append(file, "omplete")
    assert kept.read() == ["1", "incomplete"]


def test_a_new_reader_goes_on_where_the_store_says(kept: Kept, file: Path) -> None:
    append(file, "1")
    kept.read()
    kept.new_reader()
    append(file, "2")
    assert kept.read() == ["1", "2"]


def test_a_renamed_file_is_read_to_its_end(kept: Kept, file: Path) -> None:
    append(file, "1")
    kept.read()
    with file.open("a") as still_open:
        file.rename(file.parent.parent / "elsewhere")
        append(file, "new 1")
        still_open.write("2\n")
        still_open.flush()
        assert sorted(kept.read()) == ["1", "2", "new 1"]


def test_a_file_that_was_rotated_while_nobody_looked_is_found_by_what_it_is(file: Path) -> None:
    kept = Kept(str(file.parent / "*.jsonl"))
    append(file, "1")
    kept.read()
    kept.reader.close()
    append(file, "2")
    file.rename(file.with_name("shop.jsonl.1"))
    append(file, "3")
    kept.new_reader()
    assert sorted(kept.read()) == ["1", "2", "3"]
    kept.reader.close()


@pytest.mark.parametrize("rest", ["", "4\n", "4\n5\n6\n7\n"])
def test_a_file_that_was_cut_is_read_from_its_beginning(kept: Kept, file: Path, rest: str) -> None:
    append(file, "1", "2", "3")
    kept.read()
    file.write_text(rest)  # the same file, written over; at last it is longer than it was
    expected = ["1", "2", "3", *rest.split()]
    assert kept.read() == expected
    append(file, "8")
    assert kept.read() == [*expected, "8"]


@pytest.mark.parametrize("count", [3, 40])
def test_files_that_begin_alike_are_files_of_their_own(kept: Kept, file: Path, count: int) -> None:
    banner = ["=" * 70] * 20  # of a program that prints no time when it starts
    append(file, *banner, *[f"first run {number}" for number in range(20)])
    append(file.with_name("other.jsonl"), *banner, *[f"second run {number}" for number in range(count)])
    long_ago = time.time() - 60
    os.utime(file.with_name("other.jsonl"), (long_ago, long_ago))
    lines = kept.read()
    assert (len(lines), len({line for line in lines if "run" in line})) == (40 + 20 + count, 20 + count)


def test_of_more_files_than_may_be_open_those_that_are_written_to_are_followed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_FILES", 2)
    monkeypatch.setattr(module, "_QUIET_S", 0.0)
    files = [file.with_name(f"{number}.jsonl") for number in range(4)]
    file.parent.mkdir(exist_ok=True)
    for each in files:
        append(each, f"first of {each.stem}")
    store = Kept(str(file.parent / "*"))
    wait_until(lambda: len(store.read()) == 4)
    for each in reversed(files):
        append(each, line := f"second of {each.stem}")
        wait_until(lambda wanted=line: wanted in store.read())  # type: ignore[misc]
    assert (len(store.read()), len(set(store.read()))) == (8, 8)
    store.reader.close()


def test_packed_archives_beside_a_log_are_not_read(kept: Kept, file: Path) -> None:
    append(file, "a line")
    file.with_name("shop.jsonl.2.gz").write_bytes(gzip.compress(b"packed\n" * 100))
    assert kept.read() == ["a line"]


def test_the_copy_that_copytruncate_leaves_is_not_read_again(kept: Kept, file: Path) -> None:
    lines = [f"line {number}" for number in range(400)]
    append(file, *lines)
    kept.read()
    append(file, "not yet read")
    shutil.copy(file, file.with_name("shop.jsonl.1"))
    os.truncate(file, 0)
    append(file, "after")
    assert sorted(kept.read()) == sorted([*lines, "not yet read", "after"])
    kept.new_reader()
    assert len(kept.read()) == 402


def test_another_file_with_the_inode_of_a_removed_one_is_another_file(kept: Kept, file: Path) -> None:
    append(file, "1", "2")
    kept.read()
    kept.reader.close()
    file.write_text("other 1\nother 2\n")
    kept.new_reader()
    assert kept.read() == ["1", "2", "other 1", "other 2"]


def test_a_file_that_is_gone_is_let_go_with_what_it_had_not_ended(
    kept: Kept, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_QUIET_S", 0.0)
    append(file, "1", "no end", end="")
    assert kept.read() == ["1"]
    file.unlink()
    wait_until(lambda: kept.read() == ["1", "no end"])


def test_a_stack_trace_is_one_record_once_it_has_ended(kept: Kept, file: Path) -> None:
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 1'
    append(file, "before", *trace.split("\n")[:2])
    assert kept.read() == ["before"]
    append(file, "KeyError: 1")
    wait_until(lambda: kept.read() == ["before", trace])
    kept.new_reader()
    assert kept.read() == ["before", trace]


def test_a_line_of_megabytes_is_cut_and_what_follows_is_whole(kept: Kept, file: Path) -> None:
    append(file, "x" * (3 * LONGEST_LINE), "after")
    first, after = kept.read()
    assert (first[:9], after) == ("xxxxxxxxx", "after")


def test_what_cannot_be_read_is_said_once_and_the_rest_is_read(kept: Kept, file: Path) -> None:
    (file.parent / "folder").mkdir()
    os.mkfifo(file.parent / "pipe")
    (file.parent / "dangling").symlink_to("nowhere")
    (file.parent / "same").symlink_to(file)
    append(file, "1")
    assert kept.read() == ["1"]
    assert kept.said == []


@pytest.mark.parametrize(
    ("name", "service"),
    [("shop.jsonl", "shop"), ("shop.log.1", "shop"), ("shop-2026-01-02.log", "shop"), ("a-b.log", "a-b"),
     ("shop", "shop"), ("1.log", "1"), ("shop.v2.json", "shop.v2")],
)  # fmt: skip
def test_a_service_is_called_after_its_file(name: str, service: str) -> None:
    assert service_of(f"/logs/{name}") == service


_STEPS = st.sampled_from(["append", "partial", "read", "kill", "rotate", "truncate"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=st.lists(_STEPS, max_size=25))
def test_each_line_is_kept_once_whatever_happens_when(tmp_path: Path, steps: list[str]) -> None:
    folder = tmp_path / f"case-{os.urandom(6).hex()}"
    folder.mkdir()
    file, kept, number, written = folder / "app.log", Kept(str(folder / "*")), 0, []
    begun = ""
    for step in steps:
        if step in ("append", "partial"):
            number += 1
            text = f"line {number} of {folder.name}"
            half = len(text) // 2 if step == "partial" and not begun else len(text)
            with file.open("a") as opened:
                opened.write((begun and "\n") + text[:half] + ("\n" if half == len(text) else ""))
            written += [begun] if begun else []
            begun = text[:half] if half < len(text) else ""
            written += [text] if half == len(text) else []
        elif step == "read":
            kept.read()
        elif step == "kill":
            kept.new_reader()
        elif file.exists() and not begun:
            kept.read()  # what is removed before anybody has read it is nobody's
            if step == "truncate":
                os.truncate(file, 0)
                kept.read()
            else:
                file.rename(folder / f"app.log.{number}.{os.urandom(3).hex()}")
    assert sorted(kept.read()) == sorted(written)
    kept.reader.close()


def test_a_file_that_has_been_gone_for_a_month_is_forgotten_and_no_other(
    kept: Kept, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = int(time.time())
    for name in ("stays", "rotated", "gone", "returns"):
        append(file.with_name(name), name)
    kept.read()
    assert len(kept.positions) == 4
    kept.reader.close()
    away = file.parent.parent / "away"
    file.with_name("rotated").rename(file.with_name("rotated.1.gz"))  # matched by no pattern, and still there
    file.with_name("returns").rename(away)
    file.with_name("gone").unlink()

    def look(days: float) -> int:
        """How many positions there are, once a reader began so long after."""
        monkeypatch.setattr(time, "time", lambda: began + days * 86_400)
        kept.new_reader()
        kept.read()
        return len(kept.positions)

    assert look(1) == 4
    assert look(30) == 4
    away.rename(file.with_name("returns"))
    assert look(30.5) == 4
    assert look(31) == 3
    assert look(300) == 3
    append(file.with_name("returns"), "more")
    assert sorted(kept.read()) == ["gone", "more", "returns", "rotated", "stays"]
