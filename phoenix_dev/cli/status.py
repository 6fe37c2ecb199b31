"""`phoenix-dev status`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
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
    if watch:
        _watch(app, as_json=as_json)
    found = _found(app)
    _show(app, found, as_json=as_json, lines=False)
    ctx.exit(NotReady.exit_code if found.state == "stopped" else 0)


def _watch(app: AppContext, *, as_json: bool) -> NoReturn:
    from phoenix_dev.render.screen import Screen
    from phoenix_dev.render.stack import status_lines

    with Screen(app.output) as screen:
        while True:
            found = _found(app)
            if app.output.draws and not as_json:
                screen.draw(status_lines(found, time.time_ns(), width=screen.columns))
            else:
                _show(app, found, as_json=as_json, lines=True)
            time.sleep(_REDRAW_S)


def _found(app: AppContext) -> StackStatus:
    from phoenix_dev.usecases.status import stack_status

    return stack_status(app.runtime(), app.stores, time.time_ns())


def _show(app: AppContext, found: StackStatus, *, as_json: bool, lines: bool) -> None:
    from phoenix_dev.render.stack import stack_json, status_lines

    if as_json:
        (app.output.json_line if lines else app.output.json)(stack_json(found))
    else:
        app.output.lines(status_lines(found, time.time_ns(), width=app.output.width if app.output.clip else None))
