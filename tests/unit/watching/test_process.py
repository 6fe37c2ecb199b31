"""The process as the engine starts it: killed at any moment it counts nothing twice and leaves nothing out."""

from __future__ import annotations

import random
import subprocess
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.processes.environment import command_of
from phoenix_dev.promql.matchers import Matcher
from phoenix_dev.telemetry.series.reader import EmbeddedSeries
from phoenix_dev.telemetry.writer import Writer
from phoenix_dev.watching.options import WatchingOptions
from tests.ports import free_port
from tests.unit.watching.test_spans import CALLS, spans
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path


def start(options: WatchingOptions) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command_of("phoenix_dev.watching", options.to_argument()), stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )


def counted(home: Path) -> float:
    with suppress(NotReady), closing(EmbeddedSeries(home / "signals.db")) as reader:
        return sum(one.values[-1] for one in reader.select([Matcher("__name__", "=", CALLS)], 0, 2**60))
    return 0.0


def counts_on(home: Path, before: float) -> bool:
    return counted(home) > before


def test_killed_at_any_moment_it_counts_everything_once_and_it_ends_with_the_engine(tmp_path: Path) -> None:
    rng = random.Random(3)
    nobody = f"http://127.0.0.1:{free_port()}"
    options = WatchingOptions(tmp_path, tmp_path / "telemetry.db", nobody, "development", 10**9, 10**9, flush_s=0.05)
    sent = 0
    with closing(Writer(options.store)) as store:
        for life in range(4):
            process = start(options)
            for _ in range(rng.randrange(20, 60)):
                export = spans(f"s{rng.randrange(3)}", *["work"] * rng.randrange(1, 5))
                sent += store.submit(export, export.ByteSize()).result(timeout=10).accepted  # type: ignore[arg-type, attr-defined]
            if life < 3:
                before = counted(tmp_path)
                wait_until(partial(counts_on, tmp_path, before), what="something counted")
                process.kill()
                process.communicate()
        wait_until(lambda: counted(tmp_path) == sent, what=f"{sent} spans counted")
        last = spans("s0", "work")
        store.submit(last, 100).result(timeout=10)  # type: ignore[arg-type]
        _, said = process.communicate(timeout=10)  # closes its stdin, as the engine's end does
    assert (process.returncode, said) == (0, b"")
    assert counted(tmp_path) == sent + 1
