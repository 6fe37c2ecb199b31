"""`phoenix-dev env`."""

from __future__ import annotations

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option

SHELLS = ("sh", "fish", "powershell", "dotenv")


@command(
    examples=[
        'eval "$(phoenix-dev env)"',
        "phoenix-dev env --shell fish | source",
        "phoenix-dev env --shell dotenv > .env",
        "phoenix-dev env --for container --shell dotenv > stack.env",
    ]
)
@click.option("--shell", type=click.Choice(SHELLS), help="In whose language; $SHELL decides if not given.")
@click.option(
    "--for",
    "place",
    type=click.Choice(["host", "container"]),
    default="host",
    show_default=True,
    help="Where the application runs.",
)
@runtime_option
@json_option
@pass_app
def env(app: AppContext, *, shell: str | None, place: str, as_json: bool) -> None:
    """Print what an application needs to send to the stack.

    Environment variables that any OpenTelemetry SDK reads: endpoint, protocol, exporters, everything sampled, short
    delays. For a container, stderr tells how it joins the network of the stack.
    """
    from phoenix_dev.render.environment import joining_lines, shell_lines
    from phoenix_dev.usecases.environment import stack_environment

    variables = stack_environment(app.runtime(), inside_container=place == "container")
    if as_json:
        app.output.json(variables)
    else:
        app.output.lines(shell_lines(variables, shell or _users_shell()))
    if place == "container":
        app.output.talk(*joining_lines(app.settings.project))


def _users_shell() -> str:
    import os

    name = os.path.basename(os.environ.get("SHELL", ""))
    return {"fish": "fish", "pwsh": "powershell"}.get(name, "sh")
