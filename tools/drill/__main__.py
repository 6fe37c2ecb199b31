"""`python -m tools.drill`: all drills on both runtimes, beside each other; the table goes into docs/drills.md.

With `embedded` or `compose` as its argument only that runtime, and nothing is written. Everything it starts has a state
folder, project names and ports of its own, and is gone at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tools.drill.runs import RUNTIMES, run_all
from tools.drill.table import written

_FILE = Path(__file__).resolve().parents[2] / "docs" / "drills.md"


def main(wanted: tuple[str, ...]) -> int:
    """Run them; 1 where something was not proven."""
    with tempfile.TemporaryDirectory(prefix="phoenix-drill-") as home, ThreadPoolExecutor(len(RUNTIMES)) as pool:
        os.environ["PHOENIX_DEV_HOME"] = home
        runs = dict(zip(wanted, pool.map(run_all, wanted), strict=True))
    if wanted == RUNTIMES:
        _FILE.write_text(written(_FILE.read_text("utf-8"), runs, _today(), _commit()), "utf-8")
    return 0 if all(run.proven for run in runs.values()) else 1


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git of this machine
    return ran.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or RUNTIMES))
