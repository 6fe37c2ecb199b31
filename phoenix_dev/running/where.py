"""Where the stack of this project takes OTLP over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_endpoint(flags: Mapping[str, str]) -> str:
    """The base URL of the stack that runs; `flags` are settings of the command line. Raises NotReady, UsageError."""
    from phoenix_dev.home import project_folder, state_folder
    from phoenix_dev.runtime.choice import runtime_to_read
    from phoenix_dev.settings import load

    settings = load(flags)
    home = project_folder(state_folder(), settings.project)
    if runtime_to_read(home, settings) == "compose":
        from phoenix_dev.runtime.compose.record import ComposeRecord

        compose = ComposeRecord.read(home)
        if compose is not None:
            return compose.endpoints.otlp_http
    else:
        from phoenix_dev.runtime.record import EngineRecord

        engine = EngineRecord.read(home)
        if engine is not None:
            return engine.endpoints.otlp_http
    raise NotReady(f"the stack of project {settings.project} does not run", hint="phoenix-dev up")
