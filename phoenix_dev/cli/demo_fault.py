"""`phoenix-dev demo fault` and `phoenix-dev demo status`."""

from __future__ import annotations

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command, group
from phoenix_dev.cli.options import json_option
from phoenix_dev.demo.faults import FAULTS, REQUEST_FAULTS, SERVICE_FAULTS

_NAMES = (*FAULTS, *SERVICE_FAULTS)


@group(
    examples=[
        "phoenix-dev demo fault",
        "phoenix-dev demo fault set llm-errors",
        "phoenix-dev demo fault set gone --service data-router",
        "phoenix-dev demo fault clear",
    ],
    invoke_without_command=True,
)
@json_option
@pass_app
@click.pass_context
def fault(ctx: click.Context, app: AppContext, *, as_json: bool) -> None:
    """Let something go wrong in the running system until it is cleared.

    Alone, it lists the faults there are, marked where they stand. Requests of 'demo traffic' say themselves what goes
    wrong in them (--fault); a fault of requests befalls all others, such as those of curl and 'request'.
    """
    if ctx.invoked_subcommand:
        return
    from phoenix_dev.render.demo_faults import fault_lines, faults_json
    from phoenix_dev.usecases.demo_faults import standing_faults

    standing, out = standing_faults(app.home), app.output
    if as_json:
        out.json({"faults": faults_json(standing)})
    else:
        known = {str(name): what for name, what in (*REQUEST_FAULTS.items(), *SERVICE_FAULTS.items())}
        out.lines(fault_lines(known, standing, width=out.width, clip=out.clip))


@fault.command("set", examples=["phoenix-dev demo fault set not-ready --service llm-service"])
@click.argument("name", type=click.Choice(_NAMES))
@click.option(
    "--service", default="", metavar="NAME", help="Whom 'not-ready' and 'gone' befall.  [default: tool-service]"
)
@pass_app
def set_(app: AppContext, *, name: str, service: str) -> None:
    """Let a fault stand, until 'demo fault clear' or 'demo stop'."""
    from phoenix_dev.render.demo_faults import fault_words
    from phoenix_dev.usecases.demo_faults import set_fault

    app.output.talk(f"Stands: {fault_words(set_fault(app.home, name, service))}.")


@fault.command(examples=["phoenix-dev demo fault clear", "phoenix-dev demo fault clear gone"])
@click.argument("names", type=click.Choice(_NAMES), nargs=-1)
@pass_app
def clear(app: AppContext, *, names: tuple[str, ...]) -> None:
    """Clear faults that stand: those of these names, or all."""
    from phoenix_dev.render.demo_faults import fault_words
    from phoenix_dev.usecases.demo_faults import clear_faults

    cleared = clear_faults(app.home, names)
    app.output.talk(f"Cleared: {', '.join(map(fault_words, cleared))}." if cleared else "No fault stood.")


@command(examples=["phoenix-dev demo status", "phoenix-dev demo status --json"])
@json_option
@pass_app
def status(app: AppContext, *, as_json: bool) -> None:
    """Tell what runs, what is wrong on purpose, and what was done.

    They count requests, tokens, queries, tools and cache look-ups beside their telemetry: what dashboards must show.
    """
    from phoenix_dev.render.demo_faults import status_json, status_lines
    from phoenix_dev.usecases.demo_faults import demo_status

    found, out = demo_status(app.home), app.output
    if as_json:
        out.json(status_json(found))
    else:
        out.lines(status_lines(found, width=out.width, clip=out.clip))
