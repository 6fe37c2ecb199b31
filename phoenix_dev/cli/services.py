"""`phoenix-dev services`."""

from __future__ import annotations

import time

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option, since_option


@command(
    examples=[
        "phoenix-dev services",
        "phoenix-dev services --graph --since 15m",
        "phoenix-dev services --since 24h --json",
    ]
)
@click.option("--graph", is_flag=True, help="Show who calls whom: how often, how many failed, how long it took.")
@since_option("1h")
@runtime_option
@json_option
@pass_app
def services(app: AppContext, *, graph: bool, since_ns: int, as_json: bool) -> None:
    """List the services that send telemetry, with what arrived from each.

    With --graph each stands below those that call it; figures are those of the calls, as the newest traces show them.
    """
    from phoenix_dev.usecases import cannot
    from phoenix_dev.usecases.list_services import list_services

    if graph:
        _graph(app, since_ns, as_json=as_json)
        return
    stores = app.stores()
    found = list_services(stores, since_ns)
    if as_json:
        from phoenix_dev.render.jsonout import services_json

        app.output.json(services_json(found))
        return
    from phoenix_dev.render.tables import service_lines

    out = app.output
    out.lines(service_lines(found, width=out.width, now_ns=time.time_ns(), clip=out.clip))
    if not found:
        _tell_of_nothing(app)
        app.output.talk(*cannot.of_services(stores))


def _graph(app: AppContext, since_ns: int, *, as_json: bool) -> None:
    from phoenix_dev.render.call_graph import graph_json, graph_legend, graph_lines
    from phoenix_dev.usecases.see_system import see_system

    system = see_system(app.stores(), since_ns, time.time_ns())
    out = app.output
    if as_json:
        out.json(graph_json(system))
        return
    out.lines(graph_lines(system, width=out.width, clip=out.clip))
    out.talk(*graph_legend(system))
    if not system.services:
        _tell_of_nothing(app)


def _tell_of_nothing(app: AppContext) -> None:
    command = app.output.again('eval "$(phoenix-dev env)"')
    app.output.talk(f"no service has sent anything in that time; {command} tells yours where to send")
