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

    from phoenix_dev.stores import Stores

SHELLS = ("bash", "zsh", "fish")
#: How far back a service is offered, and how many traces.
RECENT_NS = 24 * 3600 * 10**9
RECENT_TRACES = 20
#: So long a shell waits for what a stack in containers knows (seconds): whoever presses TAB goes on typing.
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
    return _fitting(incomplete, _kept(app_of(ctx), _services))


def complete_trace_id(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """`last`, `last-error` and the IDs of the newest traces."""
    return _fitting(incomplete, ["last", "last-error", *_kept(app_of(ctx), _trace_ids)])


def _services(stores: Stores) -> Iterable[str]:
    import time

    return (activity.service for activity in stores.services.activity(time.time_ns() - RECENT_NS))


def _trace_ids(stores: Stores) -> Iterable[str]:
    from phoenix_dev.stores.traces import TraceQuery

    return (trace.trace_id for trace in stores.traces.search(TraceQuery(limit=RECENT_TRACES)).traces)


def _kept(app: AppContext, words: Callable[[Stores], Iterable[str]]) -> list[str]:
    """Words from what is kept; none when that cannot be read, or is not told in time."""
    from threading import Thread

    found: list[str] = []

    def ask(stores: Stores) -> None:
        with suppress(Exception):
            found.extend(words(stores))

    # Whatever is wrong, a word half typed is no place to say so; the command itself will.
    with suppress(Exception):
        stores = app.stores()
        if app.runtime().name == "embedded":  # a file: to read it takes its time, and ends
            ask(stores)
        else:
            asking = Thread(target=ask, args=(stores,), daemon=True)
            asking.start()
            asking.join(PATIENCE_S)
    return list(found)


def _fitting(incomplete: str, words: Iterable[str]) -> list[str]:
    import re

    plain = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./@+-]*")
    return [word for word in words if word.startswith(incomplete) and plain.fullmatch(word)]
