"""`phoenix-dev metrics`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.cli.completion import complete_service
from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import WordGroup, group
from phoenix_dev.cli.options import json_option, runtime_option, since_option
from phoenix_dev.cli.types import Duration, Moment, Name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.model.figures import Figures

#: How often `--watch` asks anew (seconds): as often as there is something new.
_REDRAW_S = 5.0


@group(
    cls=WordGroup,
    invoke_without_command=True,
    examples=[
        "phoenix-dev metrics",
        "phoenix-dev metrics llm-service --since 1h",
        "phoenix-dev metrics --watch",
        "phoenix-dev metrics query 'sum by (service_name) (rate(traces_span_metrics_calls_total[1m]))'",
    ],
)
@click.argument("service", type=Name(), required=False, default="", shell_complete=complete_service)
@since_option("15m")
@click.option("--watch", is_flag=True, help="Show them anew every five seconds, until Ctrl-C.")
@runtime_option
@json_option
@pass_app
def metrics(app: AppContext, *, service: str, since_ns: int, watch: bool, as_json: bool) -> None:
    """Show rate, errors and durations of each service, or of each endpoint of one.

    Numbers are those of the whole time; beside them their course, from left to right. Calls of models, tools and
    knowledge bases, caches, circuit breakers and processes have lines of their own where there are any. A request is a
    span of kind server or consumer.
    """
    from phoenix_dev.cli.watch_option import keep_showing
    from phoenix_dev.render.metrics import metric_lines, metrics_json
    from phoenix_dev.usecases.metrics import read_figures

    stores, out = app.stores(), app.output
    span_ns = max(1, time.time_ns() - since_ns)

    def ask() -> Figures:
        now = time.time_ns()
        return read_figures(stores, service, now - span_ns if watch else since_ns, now)

    def lines(found: Figures, columns: int) -> Iterable[Any]:
        return metric_lines(found, width=columns)

    if watch:
        keep_showing(out, ask, lines, metrics_json if as_json else None, _REDRAW_S)
    found = ask()
    if as_json:
        out.json(metrics_json(found))
        return
    out.lines(metric_lines(found, width=out.width, clip=out.clip))
    if not found.groups and service:
        every = out.again("phoenix-dev metrics")
        out.talk(f"nothing was measured of '{service}' in that time; {every} shows all services")
    elif not found.groups:
        env = out.again('eval "$(phoenix-dev env)"')
        out.talk(f"nothing was measured in that time; {env} tells yours where to send")


@metrics.command(
    examples=[
        "phoenix-dev metrics query 'phoenix_circuit_breaker_state == 1'",
        "phoenix-dev metrics query 'rate(http_server_request_duration_seconds_count[1m])' --since 1h --step 1m",
        "phoenix-dev metrics query 'sum(traces_span_metrics_calls_total)' --json",
    ]
)
@click.argument("expression", metavar="EXPR", type=Name())
@click.option("--since", "since_ns", type=Moment(), help="Over the time from then on, in steps, instead of now.")
@click.option("--step", "step_ns", type=Duration(), help="The time between two values; 60 steps unless given.")
@runtime_option
@json_option
@pass_app
def query(app: AppContext, *, expression: str, since_ns: int | None, step_ns: int | None, as_json: bool) -> None:
    """Evaluate an expression of PromQL: now, or with --since over a time.

    Series are named as Prometheus names what comes by OTLP: http.server.request.duration in seconds is
    http_server_request_duration_seconds, a counter ends in _total.
    """
    from phoenix_dev.render.series import evaluated_json, series_lines
    from phoenix_dev.usecases.query import evaluate

    found = evaluate(app.stores(), expression, since_ns, step_ns, time.time_ns())
    out = app.output
    if as_json:
        out.json(evaluated_json(found))
        return
    out.lines(series_lines(found.series, width=out.width, clip=out.clip))
    if not found.series:
        command = out.again("""phoenix-dev metrics query 'count by (__name__) ({__name__!=""})'""")
        out.talk(f"no series has a value there; {command} lists the names there are")
