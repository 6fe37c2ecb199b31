"""`phoenix-dev status`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.model.stack import StackStatus

_REDRAW_S = 1.0


@command(examples=["phoenix-dev status", "phoenix-dev status --watch", "phoenix-dev status --json"])
@click.option("--watch", is_flag=True, help="Show it anew every second, until Ctrl-C.")
@runtime_option
@json_option
@pass_app
@click.pass_context
def status(ctx: click.Context, app: AppContext, *, watch: bool, as_json: bool) -> None:
    """Show what runs, what it received lately, and what it refused and why.

    The exit status is 3 when the stack is stopped.
    """
    from phoenix_dev.render.stack import stack_json, status_lines

    out = app.output

    def lines(found: StackStatus, columns: int) -> Iterable[Any]:
        return status_lines(found, time.time_ns(), width=columns if out.clip else None)

    if watch:
        from phoenix_dev.cli.watch_option import keep_showing

        keep_showing(out, lambda: _found(app), lines, stack_json if as_json else None, _REDRAW_S)
    found = _found(app)
    if as_json:
        out.json(stack_json(found))
    else:
        out.lines(lines(found, out.width))
    ctx.exit(NotReady.exit_code if found.state == "stopped" else 0)


def _found(app: AppContext) -> StackStatus:
    from phoenix_dev.usecases.status import stack_status

    return stack_status(app.runtime(), app.stores, time.time_ns())
