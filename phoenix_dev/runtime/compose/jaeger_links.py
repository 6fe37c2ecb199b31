"""Jaeger's links to Grafana, which its own settings cannot compute: they lead to where Grafana is, if there is one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from phoenix_dev.runtime.compose.parts import GRAFANA

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Jaeger's settings for its pages, below the assets.
PAGES = "compose/jaeger/ui.json"
_PORT = GRAFANA.ports[0]
_ORIGIN = "http://127.0.0.1:{port}/"


def linked(pages: bytes, environment: Mapping[str, str]) -> bytes:
    """The settings as they hold for a stack with these variables of compose.yaml: without Grafana there are no links.

    Both Jaeger's pages and Grafana are looked at in a browser of this machine, so a link names the published port.
    """
    port = environment.get(_PORT.variable)
    if port:
        return pages.replace(_ORIGIN.format(port=_PORT.inside).encode(), _ORIGIN.format(port=port).encode())
    settings = json.loads(pages)
    settings.pop("linkPatterns", None)
    return json.dumps(settings, indent=2).encode()
