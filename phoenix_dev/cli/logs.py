"""`phoenix-dev logs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from phoenix_dev.cli.completion import complete_service, complete_trace_id
from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import further_back, json_option, runtime_option
from phoenix_dev.cli.types import LevelName, Moment, Name, Pattern
from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.stores import Stores
    from phoenix_dev.usecases.read_logs import LogSelection

#: `--correlation` without an ID: every log that belongs to a request. No argument can hold this.
_EVERY = "\0"
_DEFAULT_SINCE = "1h"
_DEFAULT_LIMIT = 1000


@command(
    examples=[
        "phoenix-dev logs --correlation my-correlation-id",
        "phoenix-dev logs --follow --level warn",
        "phoenix-dev logs --trace last-error",
        "phoenix-dev logs --service llm-service --grep 'time.?out' --since 15m",
    ]
)
@click.option(
    "--trace",
    metavar="ID",
    shell_complete=complete_trace_id,
    help="Of this trace: an ID, a traceparent, last, last-error.",
)
@click.option(
    "--correlation",
    metavar="[ID]",
    is_flag=False,
    flag_value=_EVERY,
    help="Of this request, by whichever ID; without an ID of every request.",
)
@click.option("--request", metavar="ID", help="Of the request with this request ID.")
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
@click.option("--grep", type=Pattern(), help="With a message in which this is found.")
@click.option("--since", type=Moment(), help=f"From then on.  [default: {_DEFAULT_SINCE}; with an ID everything]")
@click.option("--until", type=Moment(), help="Up to then.")
@click.option(
    "--limit", type=click.IntRange(min=0), help=f"The newest so many.  [default: {_DEFAULT_LIMIT}; with an ID all]"
)
@click.option("-f", "--follow", is_flag=True, help="Go on with each line as it arrives.")
@runtime_option
@json_option
@pass_app
def logs(
    app: AppContext,
    *,
    trace: str | None,
    correlation: str | None,
    request: str | None,
    services: tuple[str, ...],
    severity: int,
    grep: re.Pattern[str] | None,
    since: int | None,
    until: int | None,
    limit: int | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Show logs, oldest first: of the last hour, or of one request over all its services.

    With an ID, a lane for each service shows how the request moved between them.
    """
    from phoenix_dev.stores.logs import LogFilter
    from phoenix_dev.usecases.follow_logs import follow_logs
    from phoenix_dev.usecases.read_logs import LogSelection, read_logs

    ids = (trace, None if correlation == _EVERY else correlation, request)
    given = [word for word in ids if word is not None]
    if len(given) > 1:
        raise UsageError(
            "--trace, --correlation and --request each name one request; give one of them",
            hint="phoenix-dev logs --help",
        )
    if given and not given[0].strip():
        raise UsageError("the ID is empty", hint="phoenix-dev logs --correlation")
    if not given:
        since = Moment().convert(_DEFAULT_SINCE, None, None) if since is None else since
        limit = _DEFAULT_LIMIT if limit is None else limit
    keep = LogFilter(frozenset(services), severity, grep, since, until, correlated=correlation == _EVERY)
    kind: IdKind | None = "request" if request is not None else None
    selection = LogSelection(keep, limit, given[0] if given else "", kind)
    show = _printer(app, selection, as_json=as_json)
    stores = app.stores()
    batches = follow_logs(stores, selection, app.output.talk) if follow else (read_logs(stores, selection),)
    app.output.talk(*_narrowed(stores, selection, follow=follow))
    for batch in batches:
        show(batch.records)
        if batch.truncated:
            app.output.talk(f"only the newest {limit} are shown; more with --limit {10 * (limit or 1)}")
        elif not batch.records and not follow and limit != 0:
            app.output.talk("no log of this request matches" if given else f"no log matches{further_back(since)}")


def _narrowed(stores: Stores, selection: LogSelection, *, follow: bool) -> Iterator[str]:
    """What of the question the store cannot answer."""
    from phoenix_dev.usecases import cannot

    if not selection.id:
        yield from cannot.of_past_logs(stores, selection.keep.since_ns)
    if follow:
        yield from cannot.of_tail(stores)


def _printer(app: AppContext, selection: LogSelection, *, as_json: bool) -> Callable[[Sequence[LogRecord]], None]:
    """How a batch of records is printed; what the lines before said is remembered from batch to batch."""
    if as_json:
        from phoenix_dev.render.jsonout import log_json

        def print_json(records: Sequence[LogRecord]) -> None:
            for record in records:
                app.output.json_line(log_json(record))

        return print_json
    from phoenix_dev.render.story import Story

    story: Story | None = None

    def print_lines(records: Sequence[LogRecord]) -> None:
        nonlocal story
        if story is None:  # the lanes of a request stand from its first line
            story = Story(
                services=dict.fromkeys(record.service for record in records) if selection.id else (),
                mixed=not selection.id and selection.keep.correlated,
                clip=app.output.clip,
                gutter=bool(selection.id),
                width=app.output.width if app.output.clip else None,
            )
        app.output.lines(line for record in records for line in story.lines(record))

    return print_lines
