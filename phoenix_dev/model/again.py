"""Command lines for the user with the flags of the one that was typed, without which they are about another stack."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Commands that `--runtime` may be given to; a test holds them together with the commands.
TAKE_RUNTIME = frozenset(
    (
        "up",
        "down",
        "status",
        "doctor",
        "env",
        "trace",
        "traces",
        "logs",
        "open",
        "ui",
        "services",
        "alerts",
        "metrics",
        "slo",
        "request",
        "anomalies",
        "load",
        "chaos",
        "verify",
    )
)
#: A quoted word, in which nothing is a command; or a command of ours, up to the end of its words.
_COMMAND = re.compile(r"'[^']*'|(?<![\w/-])phoenix-dev ([a-z]+)((?:'[^']*'|[^'&|;)])*)")


def again(line: str, flags: Mapping[str, str]) -> str:
    """The line with `--project` and `--runtime` put where they are taken and not given yet.

    `flags` are those of the command line, by the setting's name. A line that asks for help needs none.
    """
    project, runtime = flags.get("project"), flags.get("runtime")

    def complete(found: re.Match[str]) -> str:
        word, rest = found[1], found[2]
        if word is None or "--help" in rest:
            return found[0]
        which = f" --project {shlex.quote(project)}" if project else ""
        takes = runtime in ("compose", "embedded") and word in TAKE_RUNTIME and "--runtime" not in rest
        return f"phoenix-dev{which} {word}{f' --runtime {runtime}' if takes else ''}{rest}"

    return _COMMAND.sub(complete, line) if project or runtime else line
