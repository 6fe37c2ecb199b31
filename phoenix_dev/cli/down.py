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
    from phoenix_dev.model.stack import StoredData
    from phoenix_dev.usecases.stop import Ended


@command(examples=["phoenix-dev down", "phoenix-dev down --data --yes"])
@click.option("--data", "delete_data", is_flag=True, help="Delete what was kept, too.")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@runtime_option
@pass_app
@click.pass_context
def down(ctx: click.Context, app: AppContext, *, delete_data: bool, yes: bool) -> None:
    """Stop the stack. What was received stays readable, unless --data deletes it."""
    from phoenix_dev.usecases.stop import kept, stop_stack

    data = None
    if delete_data and not yes:
        data, notes = kept(app.runtime(), sized=True)
        app.output.talk(*notes)
        if not _confirmed(data):
            app.output.talk("nothing was stopped and nothing was deleted")
            ctx.exit(1)
    app.output.talk(*_told(stop_stack(app.runtime(), delete_data=delete_data, data=data)))


def _confirmed(data: StoredData) -> bool:
    """Whether the user says yes. Raises UsageError where nobody can be asked."""
    if not data.path:
        return True
    if not sys.stdin.isatty():
        raise UsageError(
            f"--data deletes {_amount(data)} in {data.path}, and there is no terminal to ask on",
            hint="phoenix-dev down --data --yes",
        )
    return click.confirm(f"Delete {_amount(data)} in {data.path}?", err=True)


def _told(ended: Ended) -> tuple[str, ...]:
    what = "stopped" if ended.ran else "nothing was running"
    if ended.deleted is None:
        what += f"; {_amount(ended.left)} stay in {ended.left.path}" if ended.left.path else ""
    else:
        what += f"; deleted {_amount(ended.deleted)}" if ended.deleted.path else ""
    return (*ended.notes, what)


def _amount(data: StoredData) -> str:
    from phoenix_dev.model.quantity import size

    return f"{size(data.size_bytes)} of data" if data.size_bytes else "the data"
