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

    from phoenix_dev.model.health import ServiceHealth

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

    The services are those of 'services' in phoenix-dev.yaml, a list of {name, url}, else those of the demo. The exit
    status is 4 when one of them is not healthy.
    """
    from phoenix_dev.usecases.health import ask_health, services_to_ask

    while True:
        found = ask_health(services_to_ask(app.settings, app.home))
        if watch and app.output.clip and not as_json:
            app.output.stdout.write(_TO_THE_TOP + _CLEAR_THE_REST)
        _show(app, found, as_json=as_json, lines=watch)
        if not watch:
            break
        time.sleep(_REDRAW_S)
    if ill := [one.service for one in found if not one.healthy]:
        is_or_are = "is" if len(ill) == 1 else "are"
        raise ExpectationFailed(f"{', '.join(ill)} {is_or_are} not healthy", hint="phoenix-dev health --watch")


def _show(app: AppContext, found: Sequence[ServiceHealth], *, as_json: bool, lines: bool) -> None:
    from phoenix_dev.render.health import health_json, health_lines

    if as_json:
        (app.output.json_line if lines else app.output.json)(health_json(found))
    else:
        app.output.lines(health_lines(found, width=app.output.width, clip=app.output.clip))
