"""Lines that call the command, in help and README: whether the command would understand them."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from phoenix_dev.cli.group import Group
from phoenix_dev.cli.root import root

if TYPE_CHECKING:
    import click

#: Up to what ends a command in a shell, or the quote around a substitution.
_CALL = re.compile(r"""phoenix-dev((?:[ \t](?:'[^']*'|"[^"]*"|[^|>#&;)"'\n])*)?)""")


def calls_in(text: str) -> list[list[str]]:
    """The arguments of each call of the command in a piece of shell."""
    return [shlex.split(call[1]) for call in _CALL.finditer(text)]


def read_by_the_command(args: list[str]) -> None:
    """Parse arguments as the command does, without running anything. Raises what the command would complain about."""
    at: click.Command = root
    ctx: click.Context | None = None
    name: str | None = "phoenix-dev"
    while True:
        ctx = at.make_context(name, list(args), parent=ctx)
        rest = [*ctx._protected_args, *ctx.args]
        if not isinstance(at, Group) or not rest:
            return
        name, found, args = at.resolve_command(ctx, rest)
        assert found is not None
        at = found
