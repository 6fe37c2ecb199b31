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


def write(path: Path, figures: Sequence[Figure], load: str) -> None:
    """Put the table into a file, in place of the one before. `load`: how busy the machine was before (see `load`)."""
    part = "\n".join((_BEGIN, "## Speed", "", _circumstances(load), "", *markdown(figures), _END))
    held = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    path.parent.mkdir(exist_ok=True)
    replaced, count = _PART.subn(lambda _: part, held)
    path.write_text(replaced if count else f"{held.rstrip()}\n\n{part}\n", encoding="utf-8")


def load() -> str:
    """How busy the machine is with other work, in words: a rate measured beside that is no result."""
    return f"load average before it {os.getloadavg()[0]:.1f}"


def _circumstances(load: str) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        f"By `make bench` on {today}, commit {_commit()}: {os.cpu_count()} cores, the load generator on the same ones, "
        f"{platform.system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {load}."
    )


def _commit() -> str:
    described = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, check=False)
    changed = subprocess.run(
        ["git", "diff", "--quiet", "HEAD", "--", "phoenix_dev", "benchmarks"], stdout=subprocess.DEVNULL, check=False
    )
    return (described.stdout.strip() or "unknown") + (" with changes" if changed.returncode else "")
