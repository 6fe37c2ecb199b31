"""`phoenix-dev trace`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from phoenix_dev.cli.completion import complete_trace_id
from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.cli.types import Finite

if TYPE_CHECKING:
    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.request import Request
    from phoenix_dev.render.output import Output


@command(
    examples=[
        "phoenix-dev trace last-error",
        "phoenix-dev trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "phoenix-dev trace --wait 10 my-correlation-id",
    ]
)
@click.argument("request_id", metavar="ID", shell_complete=complete_trace_id)
@click.option(
    "--as", "as_kind", type=click.Choice(["trace", "correlation", "request", "span"]), help="Read the ID as this kind."
)
@click.option("--wait", "wait_s", type=Finite(min=0), metavar="SECONDS", help="Wait for a request still arriving.")
@click.option("--expand", is_flag=True, help="Show every span, repeats too.")
@click.option("--no-logs", is_flag=True, help="Leave the logs out.")
@runtime_option
@json_option
@pass_app
def trace(
    app: AppContext,
    *,
    request_id: str,
    as_kind: IdKind | None,
    wait_s: float | None,
    expand: bool,
    no_logs: bool,
    as_json: bool,
) -> None:
    """Show a request as a waterfall, with its errors and logs.

    ID is whichever is at hand: a trace ID, traceparent, correlation ID, request ID, span ID, `last` or `last-error`. An
    ID that covers several traces shows them all.
    """
    from phoenix_dev.usecases.find_request import find_request, wait_for_request, without_logs

    stores = app.stores()
    found = (
        find_request(stores, request_id, as_kind)
        if wait_s is None
        else wait_for_request(stores, request_id, as_kind, wait_s)
    )
    show_request(app, without_logs(found) if no_logs else found, expand=expand, as_json=as_json)


def show_request(app: AppContext, request: Request, *, expand: bool = False, as_json: bool = False) -> None:
    """Print a request as JSON or as its waterfall."""
    if as_json:
        from phoenix_dev.render.jsonout import request_json

        app.output.json(request_json(request))
        return
    print_request(app.output, request, expand=expand)


def print_request(out: Output, request: Request, *, expand: bool = False) -> None:
    """Print a request as its waterfall."""
    import time

    from phoenix_dev.render.waterfall import render_request

    now_ns = time.time_ns()
    out.lines(
        render_request(
            request,
            width=out.width,
            colour=out.colour,
            expand=expand,
            clip=out.clip,
            now_ns=now_ns,
            again=out.again,
        )
    )
