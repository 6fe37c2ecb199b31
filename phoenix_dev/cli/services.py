"""`phoenix-dev services`."""

from __future__ import annotations

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option, since_option


@command(examples=["phoenix-dev services", "phoenix-dev services --since 24h --json"])
@since_option("1h")
@runtime_option
@json_option
@pass_app
def services(app: AppContext, *, since_ns: int, as_json: bool) -> None:
    """List the services that send telemetry, with what arrived from each."""
    from phoenix_dev.usecases import cannot
    from phoenix_dev.usecases.list_services import list_services

    stores = app.stores()
    found = list_services(stores, since_ns)
    if as_json:
        from phoenix_dev.render.jsonout import services_json

        app.output.json(services_json(found))
        return
    import time

    from phoenix_dev.render.tables import service_lines

    out = app.output
    out.lines(service_lines(found, width=out.width, now_ns=time.time_ns(), clip=out.clip))
    if not found:
        command = app.output.again('eval "$(phoenix-dev env)"')
        app.output.talk(f"no service has sent anything in that time; {command} tells yours where to send")
        app.output.talk(*cannot.of_services(stores))
