"""What an application needs to send: variables in the words of each shell, quoted so that the shell reads every value
as it is; and for a container the way into the stack's network.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: PowerShell takes the typographic quotes for the plain one.
_POWERSHELL_QUOTES = re.compile("(['\N{LEFT SINGLE QUOTATION MARK}-\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}])")
_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z0-9_./:,=@%+-]*")


def shell_lines(variables: Mapping[str, str], shell: str) -> list[str]:
    """A statement a variable in the language of a shell: "sh", "fish", "powershell", or "dotenv" for a file."""
    statement = _STATEMENTS[shell]
    return [statement(name, value) for name, value in variables.items()]


def joining_lines(network: str) -> list[str]:
    """What a compose project of the user's own needs so that its containers reach the stack on `network`."""
    return [
        "# in your own compose.yaml, with these variables in stack.env:",
        "services:",
        "  your-service:",
        "    env_file: stack.env",
        f"    networks: [default, {network}]",
        "networks:",
        f"  {network}: {{external: true}}",
    ]


def _sh(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{quoted}'"


def _powershell(name: str, value: str) -> str:
    quoted = _POWERSHELL_QUOTES.sub(r"\1\1", value)
    return f"$Env:{name} = '{quoted}'"


def _dotenv(name: str, value: str) -> str:
    # Readers of such files differ in what quotes mean, `docker run --env-file` takes them literally: none without need.
    if _NEEDS_NO_QUOTES.fullmatch(value):
        return f"{name}={value}"
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return f'{name}="{quoted}"'


_STATEMENTS: dict[str, Callable[[str, str], str]] = {
    "sh": _sh,
    "fish": _fish,
    "powershell": _powershell,
    "dotenv": _dotenv,
}
