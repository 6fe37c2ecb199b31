"""`phoenix-dev anomalies`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NoReturn

import click

from phoenix_dev.cli.completion import complete_service
from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.cli.types import Duration, LevelName, Moment, Name
from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phoenix_dev.model.anomaly import AnomalyReport

_DEFAULT_LIMIT = 20
#: What came before is looked at over so many times the recent window.
_TIMES = 4
#: Seconds between two looks: each reads all of it again.
_REDRAW_S = 10.0


@command(
    examples=[
        "phoenix-dev anomalies",
        "phoenix-dev anomalies --since 5m --baseline 2h",
        "phoenix-dev anomalies --service llm-service --level warn --json",
    ]
)
@click.option("--since", type=Duration(), default="15m", show_default=True, help="How long the recent window is.")
@click.option("--baseline", type=Duration(), help="How much before it is compared with.  [default: 4 times as much]")
@click.option("--until", type=Moment(), help="Where the recent window ends.  [default: now]")
@click.option(
    "--service",
    "services",
    type=Name(),
    multiple=True,
    metavar="NAME",
    shell_complete=complete_service,
    help="Of this service; may be repeated.",
)
@click.option("--level", "severity", type=LevelName(), default=0, help="Of this level and above.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=_DEFAULT_LIMIT, show_default=True, help="The most telling so many."
)
@click.option("--watch", is_flag=True, help="Look anew every ten seconds, until Ctrl-C.")
@runtime_option
@json_option
@pass_app
def anomalies(
    app: AppContext,
    *,
    since: int,
    baseline: int | None,
    until: int | None,
    services: tuple[str, ...],
    severity: int,
    limit: int,
    watch: bool,
    as_json: bool,
) -> None:
    """Find what is unusual in the logs of late: lines that are new, have vanished, or come more or less often.

    Lines are told apart by what does not vary in them. The recent ones are compared with those before, and only what
    their own past does not explain is told, with an example and its trace. Counts are those of the recent window, and
    those that its past leads to expect.
    """
    from phoenix_dev.usecases.anomalies import find_anomalies

    if since == 0 or baseline == 0:
        raise UsageError("there is nothing to compare in no time at all", hint="phoenix-dev anomalies --since 15m")
    logs = app.stores().logs

    def find() -> AnomalyReport:
        end = time.time_ns() if until is None else until
        past = _TIMES * since if baseline is None else baseline
        return find_anomalies(logs, end - since, end, past, services=frozenset(services), min_severity=severity)

    if watch:
        _watch(app, find, limit, as_json=as_json)
    _show(app, find(), limit, as_json=as_json)


def _watch(app: AppContext, find: Callable[[], AnomalyReport], limit: int, *, as_json: bool) -> NoReturn:
    from phoenix_dev.cli.watch_option import keep_showing
    from phoenix_dev.render.anomalies import anomalies_json, anomaly_lines, summary
    from phoenix_dev.render.text import fit

    def lines(found: AnomalyReport, columns: int) -> Iterator[Any]:
        yield from (fit(line, columns) for line in summary(found))
        yield from anomaly_lines(found, limit, width=columns, again=app.output.again, clip=app.output.clip)

    keep_showing(app.output, find, lines, (lambda found: anomalies_json(found, limit)) if as_json else None, _REDRAW_S)


def _show(app: AppContext, found: AnomalyReport, limit: int, *, as_json: bool) -> None:
    from phoenix_dev.render.anomalies import anomalies_json, anomaly_lines, summary

    out = app.output
    if as_json:
        out.json(anomalies_json(found, limit))
        return
    out.lines(anomaly_lines(found, limit, width=out.width, again=out.again, clip=out.clip))
    if (left_out := len(found.anomalies) - limit) > 0:
        out.talk(f"{left_out} less telling are left out; --limit {len(found.anomalies)} shows all")
    if found.baseline_ns == found.since_ns:
        out.talk("nothing can be compared: no log lies before that time; a shorter --since helps")
    elif not found.anomalies:
        out.talk("nothing unusual")
    out.talk(*summary(found))
