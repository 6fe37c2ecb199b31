"""`phoenix-dev completion`, and the live values that the shell is offered.

What is offered comes from telemetry and ends on the user's command line: only words that no shell reads as anything but
a word get there.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from phoenix_dev.cli.context import AppContext, app_of, pass_app
from phoenix_dev.cli.group import command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SHELLS = ("bash", "zsh", "fish")
#: How far back a service is offered, and how many traces.
RECENT_NS = 24 * 3600 * 10**9
RECENT_TRACES = 20
#: So long a shell waits for what a store knows (seconds): whoever presses TAB goes on typing.
PATIENCE_S = 0.5


@command(
    examples=[
        'eval "$(phoenix-dev completion bash)"',
        "phoenix-dev completion bash > ~/.local/share/bash-completion/completions/phoenix-dev",
        "phoenix-dev completion zsh > ~/.zfunc/_phoenix-dev",
        "phoenix-dev completion fish > ~/.config/fish/completions/phoenix-dev.fish",
    ]
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
@pass_app
def completion(app: AppContext, ctx: click.Context, /, *, shell: str) -> None:
    """Print a script that makes the shell complete.

    It completes commands and options, and while there is telemetry also services and trace IDs.

    Evaluate it in the shell's start-up file, or write it where the shell looks for completions (for zsh a folder of its
    fpath).
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    root = ctx.find_root()
    script = kind(root.command, {}, root.info_name or "phoenix-dev", "_PHOENIX_DEV_COMPLETE").source()
    app.output.lines(script.splitlines())


def complete_service(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Services that sent something in the last day."""
    return _offered(incomplete, lambda: _services(app_of(ctx)))


def complete_trace_id(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """`last`, `last-error` and the IDs of the newest traces."""
    return _offered(incomplete, lambda: ["last", "last-error"]) + _offered(incomplete, lambda: _trace_ids(app_of(ctx)))


def _services(app: AppContext) -> Iterable[str]:
    import time

    return (activity.service for activity in app.stores().services.activity(time.time_ns() - RECENT_NS))


def _trace_ids(app: AppContext) -> Iterable[str]:
    from phoenix_dev.stores.traces import TraceQuery

    return (trace.trace_id for trace in app.stores().traces.search(TraceQuery(limit=RECENT_TRACES)).traces)


def _offered(incomplete: str, words: Callable[[], Iterable[str]]) -> list[str]:
    import re
    from threading import Thread

    plain = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./@+-]*")
    found: list[str] = []

    def ask() -> None:
        # Whatever is wrong, a word half typed is no place to say so; the command itself will.
        with suppress(Exception):
            found.extend([word for word in words() if word.startswith(incomplete) and plain.fullmatch(word)])

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE_S)
    return [] if asking.is_alive() else found
