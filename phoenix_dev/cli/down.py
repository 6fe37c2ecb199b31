"""`phoenix-dev down`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import runtime_option
from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    from phoenix_dev.usecases.stop import Ended


@command(examples=["phoenix-dev down", "phoenix-dev down --data --yes"])
@click.option("--data", "delete_data", is_flag=True, help="Delete what was kept, too.")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@runtime_option
@pass_app
@click.pass_context
def down(ctx: click.Context, app: AppContext, *, delete_data: bool, yes: bool) -> None:
    """Stop the stack. What was received stays readable, unless --data deletes it."""
    from phoenix_dev.usecases.stop import stop_stack

    if delete_data and not yes and not _confirmed(app):
        app.output.talk("nothing was stopped and nothing was deleted")
        ctx.exit(1)
    app.output.talk(*_told(stop_stack(app.runtime(), delete_data=delete_data)))


def _confirmed(app: AppContext) -> bool:
    """Whether the user says yes. Raises UsageError where nobody can be asked."""
    from phoenix_dev.model.quantity import size

    data = app.runtime().data()
    if not data.path:
        return True
    if not sys.stdin.isatty():
        raise UsageError(
            f"--data deletes {size(data.size_bytes)} in {data.path}, and there is no terminal to ask on",
            hint="phoenix-dev down --data --yes",
        )
    return click.confirm(f"Delete {size(data.size_bytes)} of telemetry in {data.path}?", err=True)


def _told(ended: Ended) -> tuple[str, ...]:
    from phoenix_dev.model.quantity import size

    what = "stopped" if ended.ran else "nothing was running"
    if ended.deleted.path:
        what += f"; deleted {size(ended.deleted.size_bytes)} of data"
    elif ended.left.path:
        what += f"; {size(ended.left.size_bytes)} of data stay in {ended.left.path}"
    return (*ended.notes, what)
