"""`phoenix-dev request`."""

from __future__ import annotations

from contextlib import ExitStack
from shlex import quote
from typing import TYPE_CHECKING

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.cli.request_words import SpanName, Statuses, outgoing_of
from phoenix_dev.cli.types import Duration, Finite
from phoenix_dev.errors import ExpectationFailed, NotFound, PhoenixDevError

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.model.exchange import Exchange
    from phoenix_dev.render.output import Output

#: For curl's users: stdout as a file.
_STDOUT = "-"


@command(
    examples=[
        'phoenix-dev request POST http://localhost:8001/api/process -d \'{"question": "why?"}\'',
        "phoenix-dev request localhost:8001/api/users -H 'authorization: Bearer abc' --body",
        "phoenix-dev request GET localhost:8001/api/users -o - | jq .",
        "phoenix-dev request localhost:8001/api --expect-status 2xx --max-duration 500ms --no-errors",
    ]
)
@click.argument("words", nargs=-1, required=True, metavar="[METHOD] URL")
@click.option("-X", "--request", "method", metavar="METHOD", help="The method, for those who know it from curl.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header; may be repeated.")
@click.option(
    "-d",
    "--data",
    metavar="TEXT",
    help="The body; @FILE reads a file, @- or - stdin. JSON is sent as such, else a form.",
)
@click.option("-L", "--location", "follow", is_flag=True, help="Follow redirects.")
@click.option(
    "-m", "--timeout", "timeout_s", type=Finite(min=0, min_open=True), default=30.0, show_default=True,
    metavar="SECONDS", help="Wait so long for the answer.",
)  # fmt: skip
@click.option("-i", "--include", is_flag=True, help="Show the headers of the answer.")
@click.option("--body", is_flag=True, help="Show the body of the answer.")
@click.option(
    "-o", "--output", metavar="FILE", help="Write the body to a file as it came; - to stdout, and all else to stderr."
)
@click.option(
    "--wait", "wait_s", type=Finite(min=0), default=5.0, show_default=True, metavar="SECONDS",
    help="Wait at most so long for spans and logs; 0 shows the answer only.",
)  # fmt: skip
@click.option("--expand", is_flag=True, help="Show every span, repeats too.")
@click.option("--no-logs", is_flag=True, help="Leave the logs out.")
@click.option(
    "--expect-status",
    "statuses",
    type=Statuses(),
    default=(),
    metavar="LIST",
    help="One of these, as in 200,404 or 2xx.",
)
@click.option(
    "--max-duration", "max_duration_ns", type=Duration(), metavar="DURATION", help="Until the answer is here."
)
@click.option(
    "--expect-span",
    "spans",
    type=SpanName(),
    multiple=True,
    metavar="SERVICE[:NAME]",
    help="A span of this name; may be repeated.",
)
@click.option("--no-errors", is_flag=True, help="No span has failed, and no log is of level ERROR.")
@runtime_option
@json_option
@pass_app
def request(
    app: AppContext,
    /,
    *,
    words: tuple[str, ...],
    method: str | None,
    headers: tuple[str, ...],
    data: str | None,
    timeout_s: float,
    follow: bool,
    output: str | None,
    wait_s: float,
    no_logs: bool,
    as_json: bool,
    statuses: tuple[str, ...],
    max_duration_ns: int | None,
    spans: tuple[tuple[str, str], ...],
    no_errors: bool,
    **shown: bool,
) -> None:
    """Send a request that begins a trace, wait for what it causes, show both.

    It bears a fresh traceparent, x-correlation-id and x-request-id, unless you give your own; the trace begins with a
    span of the service phoenix-dev, the request as it was seen from here. Of the answer the status is shown and, if it
    failed, the beginning of the body: what comes first here is the request's way through the services. --body shows the
    body whole, -o keeps it.

    With --expect-status, --max-duration, --expect-span or --no-errors it is a check: the exit status is 4 when one of
    them is not met. It is 1 when no answer came, or nothing of the request arrived in the stack.
    """
    from phoenix_dev.model.exchange import Exchange
    from phoenix_dev.usecases.find_request import without_logs
    from phoenix_dev.usecases.request import Wanted, caused, judge, send_request, without_own

    sent, wanted = outgoing_of(words, method, headers, data), Wanted(statuses, max_duration_ns, spans, no_errors)
    endpoint = app.otlp_http_endpoint()  # where nothing listens, nothing of the request would be seen
    with ExitStack() as files:
        sink = _sink(app, output, files)
        answer, why_not = send_request(sent, endpoint, timeout_s=timeout_s, follow=follow, sink=sink)
    if why_not:
        app.output.talk(f"The span of the request itself was not taken: {why_not}")
    found = caused(app.stores(), sent, wanted, wait_s)
    others = without_own(sent, found)
    went = Exchange(sent, answer, judge(wanted, answer, others), without_logs(found) if no_logs else found)
    arrived = bool(others.traces or others.logs)
    _show(_beside(app, body_on_stdout=output == _STDOUT), went, as_json=as_json, waterfall=arrived, **shown)
    _leave(went, arrived=arrived or not wait_s)


def _sink(app: AppContext, output: str | None, files: ExitStack) -> Callable[[bytes], object] | None:
    """Where the body goes as it comes. Raises PhoenixDevError for a file that cannot be written, before anything is
    sent.
    """
    if output is None:
        return None
    if output == _STDOUT:
        return _to_stdout(app.output)
    try:
        return files.enter_context(open(output, "wb")).write
    except OSError as error:
        raise PhoenixDevError(
            f"{output} cannot be written: {error.strerror}", hint=f"ls -ld {quote(str(output))}"
        ) from error


def _to_stdout(out: Output) -> Callable[[bytes], object]:
    import sys

    if not out.clip:
        return sys.stdout.buffer.write
    from phoenix_dev.render.text import escape

    # A terminal obeys what it is sent; who redirects gets every byte.
    return lambda piece: sys.stdout.write("\n".join(map(escape, piece.decode("utf-8", "replace").split("\n"))))


def _beside(app: AppContext, *, body_on_stdout: bool) -> Output:
    if not body_on_stdout:
        return app.output
    import sys

    from phoenix_dev.render.output import Output

    sys.stdout.flush()
    return Output(no_color=app.no_color, stdout=sys.stderr)


def _show(
    out: Output, went: Exchange, *, as_json: bool, waterfall: bool, include: bool, body: bool, expand: bool
) -> None:
    from phoenix_dev.cli.trace import print_request
    from phoenix_dev.render.exchange import answer_lines, exchange_json, expectation_lines

    if as_json:
        out.json(exchange_json(went))
        return
    out.lines(answer_lines(went, width=out.width, clip=out.clip, headers=include, body=body))
    if waterfall:
        out.lines([""])
        print_request(out, went.found, expand=expand)
    if went.expectations:
        out.lines(["", *expectation_lines(went.expectations, width=out.width, clip=out.clip)])


def _leave(went: Exchange, *, arrived: bool) -> None:
    """Raises what the exit status is to say."""
    sent, answer = went.sent, went.answer
    look = f"phoenix-dev trace --wait 10 {sent.trace_id}" if arrived else "phoenix-dev doctor"
    failed = [one.found for one in went.expectations if not one.met]
    if failed:
        raise ExpectationFailed("; ".join(failed), hint=look)
    if answer.broken:
        raise PhoenixDevError(f"{sent.url} {answer.broken}", hint=look)
    if not arrived and went.found.sampled:
        raise NotFound(
            f"{sent.url} answered, and nothing of trace {sent.trace_id} is here: not sampled, or not yet decided upon, "
            "which is some seconds after its end",
            hint=f"phoenix-dev trace --wait 10 {sent.trace_id}",
        )
    if not arrived:
        raise NotFound(
            f"{sent.url} answered, but no span and no log of trace {sent.trace_id} arrived: was the service started "
            "with the variables of 'phoenix-dev env', and does it read the header traceparent?",
            hint=look,
        )
