"""Under which service a command's output is kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Programs that run a program: that one's name is the service's.
_INTERPRETERS = ("python", "pypy", "node", "nodejs", "bun", "deno", "ruby", "perl", "php", "bash", "sh", "zsh", "uv")
_EXTENSIONS = (".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".php", ".sh", ".exe", ".jar")


def service_of(argv: Sequence[str], environment: Mapping[str, str]) -> str:
    """What the environment names (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES), else the command's name."""
    return environment.get("OTEL_SERVICE_NAME") or _of_resource(environment) or name_of(argv)


def name_of(argv: Sequence[str]) -> str:
    """`shop` for `target/debug/shop`, `app` for `python -X dev app.py`, `uvicorn` for `python -m uvicorn`."""
    program = _stem(argv[0])
    if program.rstrip("0123456789.") in _INTERPRETERS:
        rest = list(argv[1:])
        while rest:
            word = rest.pop(0)
            if word == "-m" and rest:
                return rest[0]
            if word in ("-c", "-e"):
                break
            if not word.startswith("-") and (_stem(word) != word or "/" in word):
                return _stem(word)
    return program


def _stem(path: str) -> str:
    name = os.path.basename(path)
    stem, extension = os.path.splitext(name)
    return stem if extension in _EXTENSIONS and stem else name


def _of_resource(environment: Mapping[str, str]) -> str:
    """OpenTelemetry specification, "Resource SDK", "Specifying resource information via an environment variable"."""
    from urllib.parse import unquote

    pairs = environment.get("OTEL_RESOURCE_ATTRIBUTES", "").split(",")
    named = (value for key, _, value in (pair.partition("=") for pair in pairs) if key.strip() == "service.name")
    return unquote(next(named, "").strip())
