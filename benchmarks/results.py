"""The benchmark part of docs/results.md: replaced whole, the rest of the file is left as it is."""

from __future__ import annotations

import datetime
import os
import platform
import re
import sqlite3
import subprocess
from typing import TYPE_CHECKING

from benchmarks.table import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.figure import Figure

_BEGIN, _END = "<!-- benchmarks -->", "<!-- /benchmarks -->"
_PART = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)


def write(path: Path, figures: Sequence[Figure], begun: str) -> None:
    """Put the table into a file, in place of the one before. `begun`: what `circumstances` said before the run."""
    part = "\n".join((_BEGIN, "## Speed", "", begun, "", *markdown(figures), _END))
    held = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    path.parent.mkdir(exist_ok=True)
    replaced, count = _PART.subn(lambda _: part, held)
    path.write_text(replaced if count else f"{held.rstrip()}\n\n{part}\n", encoding="utf-8")


def circumstances(only: Sequence[str]) -> str:
    """What was run (nothing in `only` is everything), when and where. Asked before the run: its own load is not the
    point, and HEAD may move meanwhile.
    """
    command = f"python -m benchmarks --only {' '.join(only)}" if only else "make bench"
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        f"By `{command}` on {today}, commit {_commit()}: {os.cpu_count()} cores, the load generator on the same ones, "
        f"{platform.system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; "
        f"load average before it {os.getloadavg()[0]:.1f}."
    )


def _commit() -> str:
    described = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, check=False)
    changed = subprocess.run(
        ["git", "diff", "--quiet", "HEAD", "--", "phoenix_dev", "compose", "benchmarks"],
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return (described.stdout.strip() or "unknown") + (" with changes" if changed.returncode else "")
