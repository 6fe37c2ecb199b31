"""`phoenix-dev traces`."""

from __future__ import annotations

import click

from phoenix_dev.cli.completion import complete_service
from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import further_back, json_option, runtime_option, since_option
from phoenix_dev.cli.types import Duration, Name, Pair


@command(
    examples=[
        "phoenix-dev traces --error --since 15m",
        "phoenix-dev traces --service llm-service --min-duration 500ms",
        "phoenix-dev traces --attr http.response.status_code=500",
    ]
)
@click.option(
    "--service",
    type=Name(),
    default="",
    metavar="NAME",
    shell_complete=complete_service,
    help="With a span of this service.",
)
@click.option("--operation", type=Name(), default="", metavar="NAME", help="With a span of this name.")
@click.option("--error", is_flag=True, help="With an error.")
@click.option("--min-duration", type=Duration(), help="That took at least so long.")
@click.option("--max-duration", type=Duration(), help="That took at most so long.")
@click.option(
    "--attr", "attributes", type=Pair(), multiple=True, metavar="KEY=VALUE", help="With a span that has this attribute."
)
@click.option("--correlation", metavar="ID", help="That bear this correlation ID, however old.")
@since_option("1h")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
@json_option
@click.pass_context
@runtime_option
@pass_app
def traces(
    app: AppContext,
    ctx: click.Context,
    /,
    *,
    service: str,
    operation: str,
    error: bool,
    min_duration: int | None,
    max_duration: int | None,
    attributes: tuple[tuple[str, str], ...],
    correlation: str | None,
    since_ns: int,
    limit: int,
    as_json: bool,
) -> None:
    """List traces, the newest first."""
    from phoenix_dev.stores.traces import TraceQuery
    from phoenix_dev.usecases import cannot
    from phoenix_dev.usecases.list_traces import list_traces

    by_default = ctx.get_parameter_source("since_ns") is click.core.ParameterSource.DEFAULT
    query = TraceQuery(
        since_ns=0 if correlation is not None and by_default else since_ns,
        service=service,
        operation=operation,
        error=error,
        min_duration_ns=min_duration,
        max_duration_ns=max_duration,
        attributes=attributes,
        limit=limit,
    )
    stores = app.stores()
    page = list_traces(stores, query, correlation)
    if correlation is None:  # who names an ID asks for no time, and gets each trace measured whole
        app.output.talk(*cannot.of_list(stores, query))
    if as_json:
        from phoenix_dev.render.jsonout import trace_page_json

        app.output.json(trace_page_json(page))
        return
    import time

    from phoenix_dev.render.tables import trace_lines

    out = app.output
    out.lines(trace_lines(page.traces, width=out.width, now_ns=time.time_ns(), clip=out.clip))
    if page.truncated:
        app.output.talk(f"only the newest {limit} are shown; more with --limit {limit * 10}")
    elif not page.traces:
        app.output.talk(f"no trace matches{further_back(query.since_ns)}")
