"""How long a user waits for the prompt: `up`, and `--help`."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.figures.resident import ENGINE_LIBRARIES
from benchmarks.stack import COMMAND, run, up_arguments
from benchmarks.timing import importing, medians, seconds_of

if TYPE_CHECKING:
    from benchmarks.bench import Bench

_FACTOR_OVER_CLICK = 1.6


def up(bench: Bench) -> tuple[Figure, ...]:
    """The whole command, with an empty state folder, until the engine has answered."""
    bench.say("up")
    numbers = count()

    def once() -> float:
        home = bench.home(f"up-{next(numbers)}")
        home.mkdir()
        try:
            return seconds_of((*COMMAND, *up_arguments()), home, saying='"running"')
        finally:
            run(home, "down")

    limit = importing(ENGINE_LIBRARIES)
    taken = medians({"up": once, "limit": lambda: seconds_of(limit, bench.folder)}, bench.few(5, 3))
    what = "python -c 'import …' of the engine's libraries"
    return (Figure("up until ready", taken["up"] * 1000, "ms", 1000, "lower", what, taken["limit"] * 1000),)


def help_text(bench: Bench) -> tuple[Figure, ...]:
    """`phoenix-dev --help`; its target is relative to what click alone takes."""
    bench.say("--help")
    limit = importing("click")
    taken = medians(
        {
            "help": lambda: seconds_of((*COMMAND, "--help"), bench.folder, saying="Usage:"),
            "limit": lambda: seconds_of(limit, bench.folder),
        },
        bench.few(21),
    )
    most = taken["limit"] * _FACTOR_OVER_CLICK * 1000
    what = "python -c 'import click'; the target is 1.6 times this"
    return (Figure("--help", taken["help"] * 1000, "ms", most, "lower", what, taken["limit"] * 1000),)
