"""`phoenix-dev slo`."""

from __future__ import annotations

import time

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option

#: Over which time it is told what an SLO could be about.
_DAY_NS = 86_400 * 10**9


@command(examples=["phoenix-dev slo", "phoenix-dev slo --json"])
@runtime_option
@json_option
@pass_app
def slo(app: AppContext, *, as_json: bool) -> None:
    """Show how each SLO stands: what was measured, what is left of its error budget, how fast that burns.

    SLOs are those of 'slos' in phoenix-dev.yaml. Without any it is told what one could be about: the requests of each
    service in the last day.
    """
    from phoenix_dev.render.slo import EXAMPLE, level_lines, slo_json, slo_lines
    from phoenix_dev.usecases.slo import read_slos, service_levels

    stores, out, now = app.stores(), app.output, time.time_ns()
    states = read_slos(stores, app.settings.slos, now)
    levels = () if states else service_levels(stores, now - _DAY_NS, now)
    if as_json:
        out.json(slo_json(states, levels))
        return
    out.lines(slo_lines(states, now_ns=now, width=out.width, clip=out.clip))
    out.lines(level_lines(levels, width=out.width, clip=out.clip))
    if not states:
        out.talk("no SLO is set; one is written like this in phoenix-dev.yaml:", "", *EXAMPLE.splitlines())
