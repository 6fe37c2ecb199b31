"""`phoenix-dev health`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option
from phoenix_dev.errors import ExpectationFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.health import CheckHealth, ServiceHealth

_REDRAW_S = 1.0
#: To the top left corner, and from where the cursor stands to the end of the screen (ECMA-48, CUP and ED).
_TO_THE_TOP = "\x1b[H"
_CLEAR_THE_REST = "\x1b[J"


@command(examples=["phoenix-dev health", "phoenix-dev health --watch", "phoenix-dev health --json"])
@click.option("--watch", is_flag=True, help="Ask anew every second, until Ctrl-C.")
@json_option
@pass_app
def health(app: AppContext, *, watch: bool, as_json: bool) -> None:
    """Ask each service for its health: liveness, readiness, metrics and dependencies, below /health/.

    The services are those of 'services' in phoenix-dev.yaml, a list of {name, url}, else those of the demo. What stands
    in 'checks' is asked, too. The exit status is 4 when one of them is not healthy.
    """
    from phoenix_dev.usecases.health import AskedChecks, ask_health, services_to_ask

    asked = AskedChecks(app.settings)
    while True:
        found, checks = ask_health(services_to_ask(app.settings, app.home)), asked.ask()
        if watch and app.output.clip and not as_json:
            app.output.stdout.write(_TO_THE_TOP + _CLEAR_THE_REST)
        _show(app, found, checks, as_json=as_json, lines=watch)
        if not watch:
            break
        time.sleep(_REDRAW_S)
    ill = [one.service for one in found if not one.healthy] + [one.name for one in checks if not one.healthy]
    if ill:
        is_or_are = "is" if len(ill) == 1 else "are"
        raise ExpectationFailed(f"{', '.join(ill)} {is_or_are} not healthy", hint="phoenix-dev health --watch")


def _show(
    app: AppContext, found: Sequence[ServiceHealth], checks: Sequence[CheckHealth], *, as_json: bool, lines: bool
) -> None:
    from phoenix_dev.render.health import check_lines, health_json, health_lines

    out = app.output
    if as_json:
        (out.json_line if lines else out.json)(health_json(found, checks))
        return
    if found:
        out.lines(health_lines(found, width=out.width, clip=out.clip))
    out.lines(check_lines(checks, width=out.width, clip=out.clip))
