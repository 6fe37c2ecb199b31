"""`python -m benchmarks`: measure, and print the table."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import results
from benchmarks.bench import Bench
from benchmarks.figures.anomalies import anomalies
from benchmarks.figures.disk import disk
from benchmarks.figures.ingest import over_grpc, over_http, over_http_gzip, small_exports
from benchmarks.figures.latency import send_to_readable
from benchmarks.figures.lookup import look_ups
from benchmarks.figures.page import page
from benchmarks.figures.resident import memory
from benchmarks.figures.retention import retention
from benchmarks.figures.run import run
from benchmarks.figures.stack_latency import stack_latency
from benchmarks.figures.stack_lookup import stack_look_ups
from benchmarks.figures.stack_memory import stack_memory
from benchmarks.figures.stack_start import stack_up
from benchmarks.figures.start import help_text, up
from benchmarks.figures.watching import watching
from benchmarks.table import as_json, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.figure import Figure

#: Every part, in the order of the table. Those of the real stack are left out where no Docker engine answers.
PARTS: dict[str, Callable[[Bench], tuple[Figure, ...]]] = {
    "ingest": over_http,
    "memory": memory,
    "disk": disk,
    "gzip": over_http_gzip,
    "grpc": over_grpc,
    "small": small_exports,
    "latency": send_to_readable,
    "up": up,
    "help": help_text,
    "lookup": look_ups,
    "retention": retention,
    "watching": watching,
    "page": page,
    "anomalies": anomalies,
    "run": run,
    "stack-up": stack_up,
    "stack-memory": stack_memory,
    "stack-latency": stack_latency,
    "stack-lookup": stack_look_ups,
}


#: Where no terminal says how many it has.
_COLUMNS = 120


def main() -> int:
    """Run the parts that were asked for. The exit status is 0 also when a target is missed: the table says so. After
    Ctrl-C it is 130, and what was started has been stopped.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="NAME", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="fewer of everything; for a look, not for a result")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into this Markdown file, too")
    given = parser.parse_args()
    begun = results.circumstances(given.only or ())
    figures = tuple(_measured(given.only or list(PARTS), quick=given.quick))
    if given.json:
        print(json.dumps(as_json(figures), indent=2))
    else:
        print("\n".join(plain(figures, shutil.get_terminal_size((_COLUMNS, 0)).columns)))
    if given.write:
        results.write(given.write, figures, begun)
    return 0


def _measured(names: list[str], *, quick: bool) -> Iterator[Figure]:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="phoenix-dev-bench-") as folder:
        bench = Bench(Path(folder), quick)
        for name in names:
            yield from PARTS[name](bench)
    bench.say(f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
