"""What `run` costs the command that it runs, by the command's own clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.stack import COMMAND, environment, stack
from benchmarks.timing import medians

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.bench import Bench

#: Much work a line, as of a service that logs 10,000 lines a second, or none at all: as fast as a pipe takes it.
_PROGRAM = """
import json, sys, time
rounds, lines, told = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
line = {"timestamp": "2026-01-02T03:04:05.000000001Z", "level": "INFO", "service": "worker",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "correlation_id": "abcdef-123456", "message": "done"}
write = sys.stdout.write
begun = time.perf_counter()
for number in range(lines):
    for _ in range(rounds):
        number * number
    line["duration_ms"] = number
    write(json.dumps(line) + "\\n")
sys.stdout.flush()
open(told, "w").write(str(time.perf_counter() - begun))
"""
_ROUNDS = 4000
#: Lines of the one and of the other.
_WORKS, _WRITES = 20_000, 100_000


def run(bench: Bench) -> tuple[Figure, ...]:
    """The same command with and without `run`, in turn, its output read through a pipe."""
    bench.say("run")
    with stack(bench.home("run")) as running:
        programs = {
            name: (sys.executable, "-c", _PROGRAM, str(rounds), str(lines))
            for name, rounds, lines in (("works", _ROUNDS, _WORKS), ("writes", 0, _WRITES))
        }
        taken = medians(
            {
                f"{name} {how}": lambda before=before, program=program: _own_seconds(  # type: ignore[misc]
                    (*before, *program), running.home
                )
                for name, program in programs.items()
                for how, before in (("alone", ()), ("run", (*COMMAND, "run", "--wait", "60", "--")))
            },
            bench.few(5, 3),
        )
    share = (taken["works run"] / taken["works alone"] - 1) * 100
    what = f"the command's own time, {taken['works alone']:.1f} s for {_WORKS:,} lines of JSON"
    return (
        Figure("run: what it costs a command that works and logs", share, "%", 3, "lower", what),
        Figure(
            "run: lines a second, as fast as a command writes",
            _WRITES / taken["writes run"],
            "/s",
            None,
            "higher",
            "the same without run",
            _WRITES / taken["writes alone"],
        ),
    )


def _own_seconds(command: Sequence[str], home: Path) -> float:
    told = Path(home) / "seconds"
    subprocess.run(
        (*command, str(told)),
        env=environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return float(told.read_text())
