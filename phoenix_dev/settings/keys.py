"""Every setting that exists, once, as data. A later setting is a line here and a field in values.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Value = str | int
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its name with a dot before what is nested, its flag, its default, and how its text is read.

    `parse` raises ValueError with what the text has to be, to follow "has to be".
    """

    name: str
    flag: str
    default: Value
    parse: Callable[[str], Value]
    description: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"PHOENIX_DEV_{self.name.replace('.', '_').upper()}"


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("1 to 63 of a-z, 0-9, - and _, of which the first is a letter or digit")
    return text


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(" or ".join(choices))
        return text

    return parse


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError("a port number from 1 to 65535")
    return int(text)


KEYS: tuple[Key, ...] = (
    Key("project", "--project", "phoenix", _name, "name of the stack; two projects run side by side"),
    Key("runtime", "--runtime", "auto", _one_of("auto", "embedded"), "what runs the stack"),
    Key("profile", "--profile", "development", _one_of("development", "production"), "how much of the traffic is kept"),
    Key("ports.otlp_grpc", "--otlp-grpc-port", 4317, _port, "where OTLP over gRPC is taken, on loopback"),
    Key("ports.otlp_http", "--otlp-http-port", 4318, _port, "where OTLP over HTTP is taken, on loopback"),
)
