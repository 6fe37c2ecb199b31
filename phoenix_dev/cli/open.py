"""`phoenix-dev open`."""

from __future__ import annotations

import click

from phoenix_dev.cli.completion import complete_trace_id
from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import runtime_option


@command(
    name="open",
    examples=["phoenix-dev open last-error", "phoenix-dev open dashboards", "phoenix-dev open logs --print"],
)
@click.argument("what", metavar="[ID|dashboards|logs|metrics|alerts]", required=False, shell_complete=complete_trace_id)
@click.option("--print", "only_print", is_flag=True, help="Only print the address.")
@runtime_option
@pass_app
def open_(app: AppContext, *, what: str | None, only_print: bool) -> None:
    """Open a request in the browser, or one of the stack's pages.

    Without anything it is the list of traces, on the real stack the newest request in Jaeger. Jaeger shows one trace at
    a time: of a request of several it opens the first and names the others.
    """
    from phoenix_dev.usecases.open import addresses

    urls = addresses(app.runtime().endpoints(), app.stores, what)
    if only_print or not _opened(urls[0]):
        app.output.lines(urls)
    elif len(urls) > 1:
        app.output.talk("the request's other traces:", *urls[1:])


def _opened(url: str) -> bool:
    """Whether a browser took the address."""
    import webbrowser

    return webbrowser.open(url)
