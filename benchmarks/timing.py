"""Timing of whole processes, in turn, so that a slow moment of the machine meets all of them alike."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.stack import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


def importing(modules: str) -> tuple[str, ...]:
    """A bare interpreter that imports some modules and ends: the limit of a command that needs them."""
    return (sys.executable, "-c", f"import {modules}")


def seconds_of(command: Sequence[str], home: Path, *, saying: str = "", more: Mapping[str, str] | None = None) -> float:
    """How long a command takes from its start to its end, its output read through a pipe. `more` are variables for it.

    Raises RuntimeError when it fails, or does not say `saying`.
    """
    own = {**environment(home), **(more or {})}
    begun = time.perf_counter()
    done = subprocess.run(command, env=own, cwd=home, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode or saying not in done.stdout.decode():
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return seconds


def medians(runs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each of some measurements, taken in turn. A first round, which fills caches, is thrown away."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, measure in runs.items():
            value = measure()
            if number:
                taken[name].append(value)
    return {name: median(values) for name, values in taken.items()}
