"""How long it takes to find what is unusual in very many log lines: the whole command on the embedded store."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.log_story import PLANTED, SECOND, Story, exports
from benchmarks.stack import COMMAND, run
from benchmarks.timing import medians, seconds_of
from phoenix_dev.home import project_folder
from phoenix_dev.runtime import folder
from phoenix_dev.telemetry.writer import Writer

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench import Bench

_LINES = 200_000
_ROUNDS = 5
_TARGET_S = 10
_COMMAND = ("anomalies", "--runtime", "embedded", "--json", "--limit", "5")
#: What the libraries need to read the same: rows, zstd, protobuf.
_LIMIT = """
import sqlite3, sys, zstandard
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
known = {number: zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(data))
         for number, data in db.execute("SELECT id, data FROM dictionary")}
known[0] = zstandard.ZstdDecompressor()
for (data,) in db.execute("SELECT data FROM log_block"):
    LogsData.FromString(known[zstandard.get_frame_parameters(data).dict_id].decompress(data))
"""


def anomalies(bench: Bench) -> tuple[Figure, ...]:
    """The command, in turn with a bare reading of the same blocks. Raises RuntimeError when it does not find what was
    planted.
    """
    lines = bench.few(_LINES)
    bench.say(f"anomalies in {lines:,} log lines")
    home = bench.home("anomalies")
    store = project_folder(home, "benchmarks") / folder.DATABASE
    _fill(store, lines)
    _expect_planted(home)
    taken = medians(
        {
            "command": lambda: seconds_of((*COMMAND, *_COMMAND), home, saying='"anomalies"'),
            "limit": lambda: seconds_of((sys.executable, "-c", _LIMIT, str(store)), home),
        },
        bench.few(_ROUNDS, 3),
    )
    limit = "python that reads the same blocks with sqlite3, zstandard and protobuf alone"
    words = f"anomalies in {lines // 1000} k log lines"
    return (Figure(words, taken["command"], "s", _TARGET_S, "lower", limit, taken["limit"]),)


def _fill(store: Path, lines: int) -> None:
    store.parent.mkdir(parents=True)
    writer = Writer(store)
    for export in exports(Story(lines, time.time_ns() - SECOND).lines()):
        writer.submit(export, export.ByteSize()).result()
    writer.close()


def _expect_planted(home: Path) -> None:
    told = json.loads(run(home, *_COMMAND))["anomalies"]
    if not {(one["kind"], one["template"]) for one in told} >= PLANTED:
        raise RuntimeError(f"what was planted is not among the first: {told}")
