"""`phoenix-dev demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.cli import demo_fault
from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import group
from phoenix_dev.cli.options import json_option
from phoenix_dev.cli.trace import show_request
from phoenix_dev.cli.types import Finite
from phoenix_dev.demo.faults import FAULTS, REQUEST_FAULTS
from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.demo.faults import Fault

#: Seconds until the stack must be ready, and until the request must have arrived.
_PATIENCE_S = 30.0

seed_option = click.option("--seed", type=click.IntRange(min=0), help="Makes everything reproducible, IDs included.")


def _explained() -> tuple[str, Sequence[tuple[str, str]]]:
    return "Faults", tuple(REQUEST_FAULTS.items())


@group(
    examples=[
        "phoenix-dev demo",
        "phoenix-dev demo traffic --count 100 --fault-every 5 --fault llm-errors",
        "phoenix-dev demo stop",
    ],
    table=_explained,
    invoke_without_command=True,
)
@seed_option
@click.option("--fault", type=click.Choice(FAULTS), metavar="FAULT", help="What goes wrong in the request.")
@pass_app
@click.pass_context
def demo(ctx: click.Context, app: AppContext, *, seed: int | None, fault: Fault | None) -> None:
    """Run a small Phoenix system: six services that answer one request together.

    Alone, it starts what does not run, the stack included, sends one request and shows it.
    """
    if below := ctx.invoked_subcommand:
        if seed is not None or fault:
            raise UsageError(
                f"--seed and --fault before '{below}' would be lost; what is for '{below}' comes after it",
                hint=f"phoenix-dev demo {below} --help",
            )
        return
    from phoenix_dev.render.demo import next_steps
    from phoenix_dev.usecases.demo import first_request
    from phoenix_dev.usecases.find_request import wait_for_request
    from phoenix_dev.usecases.start import start_stack

    app.output.talk("Starting the stack and six services …")
    app.output.talk(*start_stack(app.home, app.runtime_to_start(), timeout_s=_PATIENCE_S).notes)
    faults, runtime = (fault,) if fault else (), app.runtime()
    sent = first_request(app.home, app.otlp_http_endpoint(), seed=seed, faults=faults, runtime=runtime)
    app.output.talk("")
    show_request(app, wait_for_request(app.stores(), sent.correlation_id, "correlation", _PATIENCE_S))
    app.output.talk("", *map(app.output.again, next_steps(sent.correlation_id)))


@demo.command(examples=["phoenix-dev demo start"])
@click.option(
    "--seed", type=click.IntRange(min=0), help="For requests that bring no scenario of their own.  [default: 0]"
)
@pass_app
def start(app: AppContext, *, seed: int | None) -> None:
    """Start the six services in the background."""
    from phoenix_dev.render.demo import service_lines
    from phoenix_dev.usecases.demo import start_demo

    started = start_demo(app.home, app.otlp_http_endpoint(), seed=seed or 0, runtime=app.runtime())
    if not started.fresh:
        app.output.talk("The demo system is already running.", *_of_another_seed(app, started.system.seed, seed))
    elif started.note:
        app.output.talk(started.note)
    out = app.output
    out.lines(service_lines(started.system.services, width=out.width, clip=out.clip))
    if out.clip:
        out.talk(f"Their logs are in {started.system.folder}")


def _of_another_seed(app: AppContext, has: int, wanted: int | None) -> Iterator[str]:
    if wanted not in (None, has):
        again = app.output.again(f"phoenix-dev demo stop && phoenix-dev demo start --seed {wanted}")
        yield f"Its seed is {has} and stays so; another begins with: {again}"


@demo.command(examples=["phoenix-dev demo stop"])
@pass_app
def stop(app: AppContext) -> None:
    """Stop the six services."""
    from phoenix_dev.usecases.demo import stop_demo

    ended = stop_demo(app.home, app.runtime())
    app.output.talk(f"Stopped: {', '.join(ended)}." if ended else "The demo system was not running.")


@demo.command(
    examples=[
        "phoenix-dev demo traffic --count 1000 --fault-every 5 --fault llm-errors --fault slow-db",
        "phoenix-dev demo traffic --count 30 --seed 7 --json > truth.jsonl",
    ],
    table=_explained,
)
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="Requests to send.")
@click.option(
    "--rate",
    type=Finite(min=0),
    default=0.0,
    show_default="as fast as answers come",
    metavar="NUMBER",
    help="Requests a second.",
)
@seed_option
@click.option(
    "--fault",
    "faults",
    type=click.Choice(FAULTS),
    metavar="FAULT",
    multiple=True,
    help="What goes wrong in a request; given several times, each in its turn.",
)
@click.option(
    "--fault-every",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Only every so many requests have a fault.",
)
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=8, show_default=True, help="Requests under way at a time."
)
@json_option
@pass_app
def traffic(app: AppContext, /, *, as_json: bool, seed: int | None, **plan: Any) -> None:
    """Send requests to the running system.

    With --json a line of JSON for each: its IDs, and every span, log and number that it must have caused, known
    beforehand.
    """
    from phoenix_dev.demo.traffic import TrafficPlan
    from phoenix_dev.render.demo import sent_line
    from phoenix_dev.usecases.demo import fresh_seed, send_traffic

    sending = TrafficPlan(seed=fresh_seed() if seed is None else seed, **plan)
    requests, out = send_traffic(app.home, sending), app.output
    out.talk(f"Seed {sending.seed}.")
    for sent in requests:
        if as_json:
            out.json_line(sent.as_json())
        else:
            out.lines([sent_line(sent, width=out.width, clip=out.clip)])


for below in (demo_fault.fault, demo_fault.status):
    demo.add_command(below)
