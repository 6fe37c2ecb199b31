"""`phoenix-dev run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.types import Finite
from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    from phoenix_dev.usecases.run import Where


@command(
    examples=[
        "phoenix-dev run -- cargo run -p orchestrator",
        "phoenix-dev run --service api --auto -- python app.py",
        "phoenix-dev run --all",
    ],
    context_settings={"allow_interspersed_args": False},
)
@click.option(
    "--service", metavar="NAME", default="", help="Name of the service; else OTEL_SERVICE_NAME, or CMD's name."
)
@click.option("--auto", is_flag=True, help="Instrument a Python or Node command without a change in its code.")
@click.option("--no-logs", is_flag=True, help="Do not keep the output: CMD sends its logs by OTLP itself.")
@click.option("--all", "everything", is_flag=True, help="Run what phoenix-dev.yaml lists under 'run', side by side.")
@click.option(
    "--wait",
    "patience_s",
    type=Finite(min=0),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="At the end, wait so long for the last lines to arrive.",
)
@click.argument("argv", nargs=-1, type=click.UNPROCESSED, metavar="[--] [CMD]...")
@pass_app
@click.pass_context
def run(
    ctx: click.Context,
    app: AppContext,
    *,
    service: str,
    auto: bool,
    no_logs: bool,
    everything: bool,
    patience_s: float,
    argv: tuple[str, ...],
) -> None:
    """Run CMD with the variables of 'env', its output on the screen untouched and in the stack as logs.

    Each line becomes a log record: JSON, logfmt and plain text are understood, stack traces are one record. Signals,
    exit status and terminal are CMD's: 127 if it is not found, 126 if it cannot be run, ended by a signal if CMD was.
    Without a running stack CMD runs all the same, and what it writes is sent when the stack is up. A command that
    prints its logs and exports them too has each of them kept twice, unless --no-logs.

    With --all one command that ends leaves the others running; the exit status is that of the first that failed.
    """
    from phoenix_dev.running.signals import end_like

    if everything == bool(argv):
        raise UsageError("run takes a command, or --all", hint="phoenix-dev run -- python app.py")
    if everything and service:
        raise UsageError("--service names one command, and --all runs several", hint="phoenix-dev run --all")
    if everything and no_logs:
        raise UsageError("--no-logs is about one command, and --all runs several", hint="phoenix-dev run --all")
    where = _where(app, patience_s, kept=not no_logs)
    if no_logs:
        _unkept(argv, where, service, auto=auto)
    ctx.exit(end_like(_all(app, where, auto=auto) if everything else _one(argv, where, service, auto=auto)))


def _one(argv: tuple[str, ...], where: Where, service: str, *, auto: bool) -> int:
    from phoenix_dev.usecases.run import command_for, run_one

    return run_one(command_for(argv, where, service=service, auto=auto), where)


def _unkept(argv: tuple[str, ...], where: Where, service: str, *, auto: bool) -> NoReturn:
    from phoenix_dev.usecases.run import command_for, only_run

    only_run(command_for(argv, where, service=service, auto=auto))


def _all(app: AppContext, where: Where, *, auto: bool) -> int:
    from phoenix_dev.render.run import prefixes
    from phoenix_dev.usecases.run import commands_of, run_all

    if not app.settings.run:
        raise UsageError("no phoenix-dev.yaml lists a command under 'run'", hint="phoenix-dev config")
    commands = commands_of(app.settings.run, where, auto=auto)
    return run_all(commands, prefixes([one.name for one in commands], colour=app.output.colour), where)


def _where(app: AppContext, patience_s: float, *, kept: bool) -> Where:
    from phoenix_dev.usecases.run import Where, endpoint_for

    def say(sentence: str) -> None:
        app.output.aside(f"phoenix-dev: {sentence}")

    endpoint, why = endpoint_for(app.settings, app.flags)
    if why:
        sent = (
            ", and its output is sent when 'phoenix-dev up' has started it" if kept else "; 'phoenix-dev up' starts it"
        )
        say(f"{why}; the command runs all the same{sent}")
    return Where(endpoint, app.flags, say, patience_s, runs=not why)
