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
    ]
)
@click.option("--shell", type=click.Choice(SHELLS), help="In whose language; $SHELL decides if not given.")
@runtime_option
@json_option
@pass_app
def env(app: AppContext, *, shell: str | None, as_json: bool) -> None:
    """Print what an application needs to send to the stack.

    Environment variables that any OpenTelemetry SDK reads: endpoint, protocol, exporters, everything sampled, short
    delays.
    """
    from phoenix_dev.render.environment import shell_lines
    from phoenix_dev.usecases.environment import environment

    variables = environment(app.otlp_http_endpoint())
    if as_json:
        app.output.json(variables)
    else:
        app.output.lines(shell_lines(variables, shell or _users_shell()))


def _users_shell() -> str:
    import os

    name = os.path.basename(os.environ.get("SHELL", ""))
    return {"fish": "fish", "pwsh": "powershell"}.get(name, "sh")
