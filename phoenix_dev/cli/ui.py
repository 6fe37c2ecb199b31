"""`phoenix-dev ui`."""

from __future__ import annotations

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import runtime_option


@command(examples=["phoenix-dev ui", "phoenix-dev ui --port 8080 --no-open"])
@click.option("--port", type=click.IntRange(1, 65535), metavar="PORT", help="Serve on this port and no other.")
@click.option("--open/--no-open", "open_", default=True, show_default=True, help="Open it in the browser.")
@runtime_option
@pass_app
def ui(app: AppContext, *, port: int | None, open_: bool) -> None:
    """Serve the page in front of the stack, whichever it is, until Ctrl-C.

    The embedded engine has this page anyway, where `phoenix-dev status` says.
    """
    from phoenix_dev.web.serving import listen, serve_page

    app.stores().services.oldest_ns()  # a stack that cannot be read says so here, not in a browser
    sockets = listen(port or app.settings.ports.ui, named=port is not None)
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    app.output.lines([url])
    app.output.talk("Ctrl-C ends it")
    if open_:
        import webbrowser

        webbrowser.open(url)
    serve_page(app.stores, sockets, project=app.settings.project, tuning=app.settings.tuning)
