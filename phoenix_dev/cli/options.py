"""Options that several commands share, with the same words and meaning everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from phoenix_dev.cli.context import app_of, know
from phoenix_dev.cli.types import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_DAY_NS = 24 * 3600 * 10**9
#: How far back it is worth to look next (days); nothing is kept longer unless somebody said so.
_FURTHER = (7, 30)

_Decorated = TypeVar("_Decorated", bound="Callable[..., Any]")

#: `--json`, given to the command as `as_json`.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _with_runtime(ctx: click.Context, _: click.Parameter, runtime: str | None) -> None:
    know(ctx, app_of(ctx).with_flags(runtime=runtime))


def _runtime(choices: Sequence[str], words: str) -> Callable[[_Decorated], _Decorated]:
    return click.option("--runtime", type=click.Choice(choices), callback=_with_runtime, expose_value=False, help=words)


#: `--runtime` of a command that reads or asks: the command is given an AppContext that knows it.
runtime_option = _runtime(("compose", "embedded"), "Of this runtime, not of the one that was started last.")
#: The same of a command that starts one.
start_runtime_option = _runtime(("auto", "compose", "embedded"), "What runs the stack.")


def since_option(default: str) -> Callable[[_Decorated], _Decorated]:
    """`--since`, given to the command as `since_ns`: a duration before now or a point in time."""
    return click.option("--since", "since_ns", type=Moment(), default=default, show_default=True, help="From then on.")


def further_back(since_ns: int | None) -> str:
    """How to look further back than from this time on, as the end of a sentence; empty where that is far enough."""
    import time

    age_ns = time.time_ns() - (since_ns or 0)
    days = next((days for days in _FURTHER if days * _DAY_NS > age_ns), None)
    return f"; --since {days}d looks further back" if days else ""
