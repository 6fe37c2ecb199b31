"""What users type, as values: points in time, durations, patterns, pairs. `form` says how one is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.model.quantity import duration_ns

if TYPE_CHECKING:  # generic only for the type checker, whatever click is installed
    _Number = click.ParamType[int]
    _Pattern = click.ParamType[re.Pattern[str]]
    _Pair = click.ParamType[tuple[str, str]]
    _Text = click.ParamType[str]
else:
    _Number = _Pattern = _Pair = _Text = click.ParamType


_MOST = 10**9


def as_received(typed: str) -> str:
    """A word as the store may hold it: what is not UTF-8 stands for U+FFFD, as it does where it was sent."""
    return typed.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Finite(click.FloatRange):
    """A number within a range that ends somewhere: `nan` is in no range, and nobody waits for `inf` seconds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; a usage error for what is none, or beyond 10^9."""
        number: float = super().convert(value, param, ctx)
        if not abs(number) <= _MOST:
            self.fail(f"{value} is not a number up to {_MOST}.", param, ctx)
        return number


class Duration(_Number):
    """A duration such as `250ms`, as nanoseconds."""

    name = "duration"
    form = "as in 250ms, 2s, 15m, 1h30m or 7d"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Nanoseconds; a usage error for what is not a duration."""
        found = value if isinstance(value, int) else duration_ns(str(value).strip())
        if found is None:
            self.fail(f"'{value}' is not a duration; write it like 250ms, 2s, 15m, 1h30m or 7d.", param, ctx)
        return found


class Moment(_Number):
    """A point in time as Unix nanoseconds: a duration before now, or a date and time (RFC 3339; without an offset the
    machine's own).
    """

    name = "time"
    form = "so long ago, as in 15m, 2h or 7d; or a date and time, as in 2026-01-31T12:00:00Z"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Unix nanoseconds; a usage error for what is not a time."""
        import time
        from datetime import datetime

        if isinstance(value, int):
            return value
        text = str(value).strip()
        ago = duration_ns(text)
        if ago is not None:
            return max(0, time.time_ns() - ago)
        try:
            moment = datetime.fromisoformat(text).astimezone()
            return max(0, int(moment.timestamp()) * 10**9 + moment.microsecond * 1000)
        except (ValueError, OverflowError, OSError):
            self.fail(f"'{value}' is not a time; write 15m, 2h or 2026-01-31T12:00:00Z.", param, ctx)


class Pattern(_Pattern):
    """A regular expression in Python's syntax."""

    name = "regex"
    form = "a regular expression as in Python, found anywhere in the text; (?i) in front ignores case"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> re.Pattern[str]:
        """The compiled pattern; a usage error for what cannot be compiled."""
        if isinstance(value, re.Pattern):
            return value
        try:
            return re.compile(value)
        except re.error as exc:
            self.fail(f"'{value}' is not a regular expression: {exc}.", param, ctx)


class Pair(_Pair):
    """`KEY=VALUE`."""

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Key and value; a usage error without an equals sign."""
        if isinstance(value, tuple):
            return value
        key, equals, rest = as_received(str(value)).partition("=")
        if not equals or not key:
            self.fail(f"'{value}' is not KEY=VALUE.", param, ctx)
        return key, rest


class Name(_Text):
    """A name that telemetry bears."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """The name as the store may hold it."""
        return as_received(str(value))


class LevelName(_Number):
    """A level's name in any case, as its lowest severity number."""

    name = "level"
    form = "TRACE, DEBUG, INFO, WARN, ERROR or FATAL, in any case"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The level's lowest severity number; a usage error for what is no level."""
        from phoenix_dev.model.log import LEVELS, lowest_severity

        if isinstance(value, int):
            return value
        try:
            return lowest_severity(str(value).strip())
        except KeyError:
            self.fail(f"'{value}' is not a level; the levels are {', '.join(LEVELS)}.", param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """The levels that begin so."""
        from click.shell_completion import CompletionItem

        from phoenix_dev.model.log import LEVELS

        return [CompletionItem(name) for name in LEVELS if name.startswith(incomplete.upper())]
