"""`phoenix-dev config`."""

from __future__ import annotations

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option


def _settings() -> tuple[str, list[tuple[str, str]]]:
    from phoenix_dev.settings.keys import KEYS

    texts = (
        f"{key.description}: {key.allowed}  [default: {key.default_text if key.default else 'none'}]" for key in KEYS
    )
    return "Settings", [(key.name, text) for key, text in zip(KEYS, texts, strict=True)]


@command(
    examples=["phoenix-dev config", "PHOENIX_DEV_PROJECT=shop phoenix-dev config --json"],
    table=_settings,
)
@json_option
@pass_app
def config(app: AppContext, *, as_json: bool) -> None:
    """Show every setting and where its value came from.

    A flag decides before a PHOENIX_DEV_* variable, that before phoenix-dev.yaml (the nearest upwards, then your own),
    that before the default. The variable of ports.loki is PHOENIX_DEV_PORTS_LOKI; in the file it is loki below ports.
    """
    from phoenix_dev.render.configuration import configuration_json, configuration_lines
    from phoenix_dev.usecases.configuration import effective_values

    values = effective_values(app.settings)
    if as_json:
        app.output.json(configuration_json(values))
    else:
        app.output.lines(configuration_lines(values))
