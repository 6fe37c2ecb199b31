"""The log has room for everything that goes wrong, however often one thing does."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.embedded import log_limit
from phoenix_dev.runtime.embedded.log_limit import LogLimit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logging.Logger]:
    handler = logging.FileHandler(tmp_path / "log")
    handler.addFilter(LogLimit())
    logger = logging.getLogger("phoenix_dev.test_log_limit")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)
    handler.close()


def written(folder: Path) -> str:
    return (folder / "log").read_text()


def test_tracebacks_of_one_bug_are_some_kilobytes_a_minute(log: logging.Logger, tmp_path: Path) -> None:
    for number in range(5000):
        try:
            raise ValueError(number)
        except ValueError:
            log.exception("could not write %d exports", number)
    assert 1 < written(tmp_path).count("Traceback") < 30
    assert len(written(tmp_path)) < 2 * log_limit.MOST_BYTES


def test_what_else_happens_is_still_told(log: logging.Logger, tmp_path: Path) -> None:
    for number in range(5000):
        log.error("again %d", number)
    log.error("something else")
    assert written(tmp_path).endswith("something else\n")


def test_the_words_of_a_crash_are_complete(log: logging.Logger, tmp_path: Path) -> None:
    for number in range(150):
        log.error("stderr: %s", f'  File "/usr/lib/python3.11/threading.py", line {number} in _bootstrap_inner')
    assert len(written(tmp_path).splitlines()) == 150


def test_the_next_minute_says_how_many_were_left_out(
    log: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_limit, "MOST_BYTES", 10)
    for number in range(7):
        log.error("again %d", number)
    monkeypatch.setattr(log_limit, "PERIOD_S", 0)
    log.error("again %d", 7)
    log.error("again %d", 8)
    assert written(tmp_path).splitlines() == [
        "again 0",
        "again 1",
        "again 7 (5 more of these were left out)",
        "again 8",
    ]


def test_what_senders_make_up_does_not_grow_it_without_end(log: logging.Logger) -> None:
    limit = next(each for each in log.handlers[0].filters if isinstance(each, LogLimit))
    for number in range(1000):
        log.error(f"kind {number}")
    assert len(limit._kinds) <= 200
