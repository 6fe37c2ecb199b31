"""`phoenix-dev up`."""

from __future__ import annotations

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, start_runtime_option
from phoenix_dev.cli.types import Finite
from phoenix_dev.runtime.compose.parts import OPTIONAL

_PATIENCE_S = 60.0
_SAMPLED = (
    "profile production: of requests without an error and a critical service one in ten is kept; all are counted",
)
_NEXT_STEPS = (
    'send from an application:  eval "$(phoenix-dev env)"',
    "or see the sample system:  phoenix-dev demo",
)


@command(
    examples=[
        "phoenix-dev up",
        "phoenix-dev up --runtime compose --without grafana",
        "phoenix-dev up --runtime compose --profile production",
        "phoenix-dev up --otlp-http-port 14318 --json",
    ]
)
@start_runtime_option
@click.option(
    "--profile",
    type=click.Choice(["development", "production"]),
    help="Keep every trace; or those with an error or a critical service, and a tenth of the others (compose only).",
)
@click.option("--otlp-http-port", metavar="PORT", help="Where OTLP over HTTP is taken, this port and no other.")
@click.option("--otlp-grpc-port", metavar="PORT", help="Where OTLP over gRPC is taken, this port and no other.")
@click.option("--ui-port", metavar="PORT", help="Where the embedded engine shows its page, this port and no other.")
@click.option(
    "--without",
    type=click.Choice(OPTIONAL),
    multiple=True,
    help="Leave this part of the real stack out; may be given several times.",
)
@click.option(
    "--timeout",
    type=Finite(min=0.1),
    default=_PATIENCE_S,
    show_default=True,
    metavar="SECONDS",
    help="Until when it must be ready.",
)
@json_option
@pass_app
def up(
    app: AppContext,
    *,
    profile: str | None,
    otlp_http_port: str | None,
    otlp_grpc_port: str | None,
    ui_port: str | None,
    without: tuple[str, ...],
    timeout: float,
    as_json: bool,
) -> None:
    """Start the stack and wait until it takes telemetry.

    Running it again is safe and fast, applies changed settings and keeps the data.
    """
    from phoenix_dev.render.stack import endpoint_lines, stack_json
    from phoenix_dev.usecases.start import start_stack

    ports = {"ports.otlp_http": otlp_http_port, "ports.otlp_grpc": otlp_grpc_port, "ports.ui": ui_port}
    app = app.with_flags(profile=profile, **ports)
    started = start_stack(app.home, app.runtime_to_start(without), timeout_s=timeout)
    app.output.talk(*started.notes)
    if as_json:
        app.output.json(stack_json(started.status))
        return
    app.output.lines(endpoint_lines(started.status.endpoints))
    app.output.talk(*(_SAMPLED if started.status.profile == "production" else ()))
    app.output.talk(*map(app.output.again, _NEXT_STEPS))
