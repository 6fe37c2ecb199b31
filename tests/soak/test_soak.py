"""The engine under steady load for long, its store at its limit: everything stays flat, and nothing is torn.

`make soak` runs two minutes at 50 MB, `make long` thirty at 500 MB; both at 5,000 spans a second.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import pytest

from benchmarks.workload import LOGS_PER_TRACE, SPANS_PER_TRACE, TRACES_PER_BATCH
from phoenix_dev.runtime.record import EngineRecord
from tests.stack import RunningStack, running_stack

from .sending import QUIET, Load

if TYPE_CHECKING:
    from pathlib import Path

SPANS_A_SECOND = 5_000
_EXPORTS_A_SECOND = SPANS_A_SECOND / (SPANS_PER_TRACE * TRACES_PER_BATCH)
#: Bytes that an export with its logs takes in the store, about; to fill it before the soak begins.
_EXPORT_BYTES = 60_000
#: Exports between two looks at the engine.
_BETWEEN = round(5 * _EXPORTS_A_SECOND)


@dataclass(frozen=True)
class Look:
    """The engine at one moment: bytes on disk and resident, seconds to find a request by its correlation ID."""

    disk: int
    memory: int
    look_up: float


@pytest.mark.parametrize(
    ("minutes", "megabytes"), [(2, 50), pytest.param(30, 500, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_size_memory_and_look_ups_stay_flat_and_nothing_is_torn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minutes: int, megabytes: int
) -> None:
    monkeypatch.setenv("PHOENIX_DEV_RETENTION_SIZE", f"{megabytes}MB")
    limit = megabytes * 10**6
    with running_stack(tmp_path / "home") as stack, closing(Load(stack.endpoints["otlp_http"])) as load:
        load.send(limit // _EXPORT_BYTES)
        looks = []
        begun, before = time.monotonic(), len(load.sent)
        for _ in range(minutes * 60 // 5):
            load.send(_BETWEEN, a_second=_EXPORTS_A_SECOND)
            looks.append(_look(stack, load))
        rate = (len(load.sent) - before) * SPANS_PER_TRACE / (time.monotonic() - begun)
        print(f"{rate:,.0f} spans a second", *looks, sep="\n")
        assert rate > 0.9 * SPANS_A_SECOND, "the machine was too busy for this load: nothing is shown"
        _expect_flat(looks, limit)
        removed = stack.run("status", "--json").json()["data"]["removed"]
        stack.run("down")  # nothing is removed while it is counted
        _expect_whole(stack, load)
        assert removed
        assert QUIET not in {removal["service"] for removal in removed}


def _look(stack: RunningStack, load: Load) -> Look:
    record = EngineRecord.read(_folder(stack))
    assert record is not None
    seconds = []
    for trace_id in load.sent[-20:]:
        begun = time.perf_counter()
        assert stack.stores.traces.spans([trace_id])
        seconds.append(time.perf_counter() - begun)
    disk = sum(path.stat().st_size for path in _folder(stack).glob("telemetry.db*"))
    return Look(disk, psutil.Process(record.pid).memory_info().rss, statistics.median(seconds))


def _expect_flat(looks: list[Look], limit: int) -> None:
    third = len(looks) // 3
    first, last = looks[:third], looks[-third:]
    assert max(look.disk for look in looks) <= 1.1 * limit
    assert statistics.median(look.disk for look in last) > 0.7 * limit
    for value in ("memory", "disk"):
        before, after = (statistics.median(getattr(look, value) for look in part) for part in (first, last))
        assert after <= 1.15 * before, value
    before, after = (min(look.look_up for look in part) for part in (first, last))
    assert after <= 1.5 * before


def _expect_whole(stack: RunningStack, load: Load) -> None:
    with closing(sqlite3.connect(_folder(stack) / "telemetry.db")) as db:
        kept = db.execute("SELECT lower(hex(trace_id)), spans, logs, error FROM trace ORDER BY id").fetchall()
    torn = [row for row in kept if row[1:3] != (SPANS_PER_TRACE, LOGS_PER_TRACE)]
    assert torn == []
    there = {trace_id for trace_id, *_ in kept}
    assert there <= {*load.sent, *load.quiet}
    assert set(load.quiet) <= there
    some = [trace_id for trace_id, *_ in kept][:: max(1, len(kept) // 500)]
    spans, logs = stack.stores.traces.spans(some), stack.stores.logs.of_traces(some)
    assert {len(spans[trace_id]) for trace_id in some} == {SPANS_PER_TRACE}
    assert {len(logs[trace_id]) for trace_id in some} == {LOGS_PER_TRACE}
    order = {trace_id: number for number, trace_id in enumerate(load.sent)}
    normal = [order[trace_id] for trace_id, _, _, error in kept if not error and trace_id in order]
    failed = [order[trace_id] for trace_id, _, _, error in kept if error]
    assert min(failed) < min(normal), "traces with an error outlive the others"


def _folder(stack: RunningStack) -> Path:
    return stack.home / "projects" / stack.project
