"""`phoenix-dev health`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option
from phoenix_dev.errors import ExpectationFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.health import CheckHealth, ServiceHealth

    _Found = tuple[tuple[ServiceHealth, ...], tuple[CheckHealth, ...]]

_REDRAW_S = 1.0


@command(examples=["phoenix-dev health", "phoenix-dev health --watch", "phoenix-dev health --json"])
@click.option("--watch", is_flag=True, help="Ask anew every second, until Ctrl-C.")
@json_option
@pass_app
def health(app: AppContext, *, watch: bool, as_json: bool) -> None:
    """Ask each service for its health: liveness, readiness, metrics and dependencies, below /health/.

    The services are those of 'services' in phoenix-dev.yaml, a list of {name, url}, else those of the demo. What stands
    in 'checks' is asked, too. The exit status is 4 when one of them is not healthy.
    """
    from phoenix_dev.render.health import check_lines, health_json, health_lines
    from phoenix_dev.usecases.health import AskedChecks, ask_health, services_to_ask

    asked, out = AskedChecks(app.settings), app.output

    def ask() -> _Found:
        return ask_health(services_to_ask(app.settings, app.home)), asked.ask()

    def lines(found: _Found, columns: int) -> Iterator[Any]:
        services, checks = found
        if services:
            yield from health_lines(services, width=columns, clip=out.clip)
        yield from check_lines(checks, width=columns, clip=out.clip)

    if watch:
        from phoenix_dev.cli.watch_option import keep_showing

        keep_showing(out, ask, lines, (lambda found: health_json(*found)) if as_json else None, _REDRAW_S)
    found, checks = ask()
    if as_json:
        out.json(health_json(found, checks))
    else:
        out.lines(lines((found, checks), out.width))
    ill = [one.service for one in found if not one.healthy] + [one.name for one in checks if not one.healthy]
    if ill:
        is_or_are = "is" if len(ill) == 1 else "are"
        raise ExpectationFailed(f"{', '.join(ill)} {is_or_are} not healthy", hint="phoenix-dev health --watch")
