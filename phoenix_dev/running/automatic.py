"""Instrumentation of a command without a change in its code, by OpenTelemetry's own for Python and Node."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.running.child import Command

_PYTHON_PACKAGES = "opentelemetry-distro opentelemetry-exporter-otlp-proto-http"
_NODE_PACKAGE = "@opentelemetry/auto-instrumentations-node"
_NODE_REGISTER = f"{_NODE_PACKAGE}/register"
_NODE_PROGRAMS = ("node", "nodejs", "npm", "npx", "yarn", "pnpm", "tsx", "ts-node")
_PATIENCE_S = 30


def instrumented(command: Command) -> Command:
    """The command as it runs with instrumentation.

    Raises UsageError for one that is neither Python nor Node, NotReady when the instrumentation is not installed.
    """
    from dataclasses import replace

    path = shutil.which(command.argv[0], path=command.environment.get("PATH"))
    if path is not None and (python := _python_of(Path(path), command.environment.get("PATH"))) is not None:
        instrument = python.parent / "opentelemetry-instrument"
        if not instrument.exists():
            raise NotReady(
                f"{python} has no opentelemetry-instrument to instrument {command.argv[0]} with",
                hint=f"{quote(str(python))} -m pip install {_PYTHON_PACKAGES} && "
                f"{quote(str(python.parent / 'opentelemetry-bootstrap'))} -a install",
            )
        return replace(command, argv=(str(instrument), *command.argv))
    if path is not None and _is_node(Path(path)):
        _require_node_package(command)
        return replace(command, environment=_with_register(command.environment))
    raise UsageError(
        f"--auto instruments Python and Node, and {command.argv[0]} is neither",
        hint=f"phoenix-dev run -- {quote(command.argv[0])}",
    )


def _python_of(path: Path, search: str | None) -> Path | None:
    """The Python that a program is, or is run by; one that it only names is found on a search path."""
    if path.name.rstrip("0123456789.") == "python":
        return path  # not resolved: in a virtual environment this is a link, and its folder is what counts
    words = _shebang(path)
    if words and Path(words[0]).name == "env" and len(words) > 1:
        found = shutil.which(words[1], path=search)
        words = [found] if found else []
    if words and Path(words[0]).name.rstrip("0123456789.") == "python":
        return Path(words[0])
    return None


def _is_node(path: Path) -> bool:
    return path.name in _NODE_PROGRAMS or any(Path(word).name == "node" for word in _shebang(path))


def _shebang(path: Path) -> list[str]:
    """What runs a script; nothing for a program, and for one that may be run and not read."""
    try:
        with path.open("rb") as file:
            first = file.readline(1024)
    except OSError:
        return []
    return first[2:].decode("utf-8", "replace").split() if first.startswith(b"#!") else []


def _require_node_package(command: Command) -> None:
    node = shutil.which("node", path=command.environment.get("PATH"))
    if node is not None and _resolves(node, command):
        return
    raise NotReady(
        f"{_NODE_PACKAGE} is not installed in {command.folder or os.getcwd()}",
        hint=f"npm install --no-save {_NODE_PACKAGE}",
    )


def _resolves(node: str, command: Command) -> bool:
    """Whether Node finds the package where the command is run."""
    try:
        asked = subprocess.run(  # noqa: S603 - the Node that the command is run by
            [node, "-e", f"require.resolve({_NODE_REGISTER!r})"],
            env=dict(command.environment),
            cwd=command.folder,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):  # a folder that is not there is told when the command is started
        return False
    return asked.returncode == 0


def _with_register(environment: Mapping[str, str]) -> dict[str, str]:
    given = environment.get("NODE_OPTIONS", "")
    return {**environment, "NODE_OPTIONS": f"{given} --require {_NODE_REGISTER}".strip()}
