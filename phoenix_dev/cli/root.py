"""The command itself: its sections, its flags, and what every command below is given."""

from __future__ import annotations

import click

from phoenix_dev import __version__
from phoenix_dev.cli.alerts import alerts
from phoenix_dev.cli.anomalies import anomalies
from phoenix_dev.cli.chaos import chaos
from phoenix_dev.cli.completion import completion
from phoenix_dev.cli.config import config
from phoenix_dev.cli.context import app_of, know
from phoenix_dev.cli.demo import demo
from phoenix_dev.cli.doctor import doctor
from phoenix_dev.cli.down import down
from phoenix_dev.cli.env import env
from phoenix_dev.cli.group import RootGroup
from phoenix_dev.cli.health import health
from phoenix_dev.cli.load import load
from phoenix_dev.cli.logs import logs
from phoenix_dev.cli.metrics import metrics
from phoenix_dev.cli.open import open_
from phoenix_dev.cli.request import request
from phoenix_dev.cli.run import run
from phoenix_dev.cli.services import services
from phoenix_dev.cli.slo import slo
from phoenix_dev.cli.status import status
from phoenix_dev.cli.trace import trace
from phoenix_dev.cli.traces import traces
from phoenix_dev.cli.ui import ui
from phoenix_dev.cli.up import up
from phoenix_dev.cli.verify import verify

SECTIONS = (
    ("The stack", (up, down, status, doctor, env, config)),
    ("One request", (trace, traces, logs, open_, ui)),
    ("The system", (services, metrics, health, alerts, slo, anomalies)),
    ("Drive it", (request, run, demo, load, chaos, verify)),
    ("The shell", (completion,)),
)


@click.group(
    cls=RootGroup,
    sections=SECTIONS,
    examples=["phoenix-dev up", "phoenix-dev demo", "phoenix-dev trace last"],
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--project", metavar="NAME", help="Name of the stack; two projects run side by side.")
@click.option("--no-color", is_flag=True, help="Print without colour.")
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context, /, **_: object) -> None:
    """See a request of a microservice system whole, on your own machine."""
    know(ctx, app_of(ctx))
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
