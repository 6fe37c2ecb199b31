"""`phoenix-dev config`."""

from __future__ import annotations

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option


@command(examples=["phoenix-dev config", "PHOENIX_DEV_PROJECT=shop phoenix-dev config --json"])
@json_option
@pass_app
def config(app: AppContext, *, as_json: bool) -> None:
    """Show every setting and where its value came from.

    A flag decides before a PHOENIX_DEV_* variable, that before phoenix-dev.yaml (the nearest upwards, then your own),
    that before the default.
    """
    from phoenix_dev.render.configuration import configuration_json, configuration_lines
    from phoenix_dev.usecases.configuration import effective_values

    values = effective_values(app.settings)
    if as_json:
        app.output.json(configuration_json(values))
    else:
        app.output.lines(configuration_lines(values))
