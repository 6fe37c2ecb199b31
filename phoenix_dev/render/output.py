"""Where output goes: data to stdout, talk to stderr. Decides once about colour, width and cutting; rich is imported
only to print colour.

A reader that went away (BrokenPipeError) is the business of the error boundary, here it passes.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import Console
    from rich.text import Text

#: Columns that bars are drawn for where there is no terminal and COLUMNS says nothing.
PIPED_WIDTH = 100
NARROWEST = 40

#: What the product draws, for streams that cannot carry it: one cell for one cell, so that columns stay in place.
_ASCII = str.maketrans("█▉▊▋▌▍▎▏▐▁▂▃▄▅▆▇┄│├└─·…→↑↻↳✗✓≈×•●▲µ", "#######|#__.-+**.||`-..>^@>xv~x*o^u")


class Output:
    """Prints lines and JSON. `flags` are the settings of the command line, by the setting's name.

    `clip`: lines may be cut to `width`, because a person looks at them on a terminal; never when piped.
    """

    def __init__(
        self,
        *,
        no_color: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environ: Mapping[str, str] | None = None,
        flags: Mapping[str, str] | None = None,
    ) -> None:
        self._no_color = no_color
        self._flags = flags or {}
        self._stdout = stdout
        self._stderr = stderr
        self._environ = os.environ if environ is None else environ

    @property
    def stdout(self) -> TextIO:
        """The stream of data."""
        return self._stdout or sys.stdout

    @property
    def stderr(self) -> TextIO:
        """The stream of talk."""
        return self._stderr or sys.stderr

    @cached_property
    def clip(self) -> bool:
        """Whether stdout is a terminal."""
        return _is_terminal(self.stdout)

    @cached_property
    def colour(self) -> bool:
        """Whether stdout gets colour: `--no-color` and NO_COLOR forbid it, FORCE_COLOR demands it, else a terminal
        decides.
        """
        return self._colour(self.stdout)

    @property
    def draws(self) -> bool:
        """Whether stdout is a terminal that can be drawn on."""
        return self.clip and self._environ.get("TERM") not in ("dumb", "unknown")

    @property
    def talks_to_a_terminal(self) -> bool:
        """Whether stderr is a terminal that can be drawn on."""
        return _is_terminal(self.stderr) and self._environ.get("TERM") not in ("dumb", "unknown")

    @property
    def talks_in_colour(self) -> bool:
        """Whether stderr gets colour, by the rules of `colour`."""
        return self._colour(self.stderr)

    @cached_property
    def width(self) -> int:
        """Columns: COLUMNS, else the terminal's, else PIPED_WIDTH; at least NARROWEST."""
        given = self._environ.get("COLUMNS", "")
        if given.isascii() and given.isdigit() and int(given) > 0:
            return max(NARROWEST, int(given))
        try:
            return max(NARROWEST, os.get_terminal_size(self.stdout.fileno()).columns or PIPED_WIDTH)
        except (OSError, ValueError, AttributeError):
            return PIPED_WIDTH

    def lines(self, lines: Iterable[Text | str]) -> None:
        """Print lines to stdout, each as it comes, never wrapped. Strings are printed as they are: whoever builds them
        escapes telemetry.
        """
        write = self.stdout.write
        for line in lines:
            write(self.printed(line) + "\n")
        self.stdout.flush()

    def printed(self, line: Text | str) -> str:
        """A line as stdout gets it, colours and all."""
        text = line if isinstance(line, str) else (self._ansi(line) if self.colour else line.plain)
        return _encodable(text, self._encoding(self.stdout))

    def json(self, value: Any) -> None:
        """Print one JSON document to stdout."""
        self.stdout.write(json_text(value, indent=2) + "\n")
        self.stdout.flush()

    def json_line(self, value: Any) -> None:
        """Print one line of JSON Lines to stdout, at once."""
        self.stdout.write(json_text(value) + "\n")
        self.stdout.flush()

    def talk(self, *texts: str) -> None:
        """Tell the user something on stderr, a line each, escaped: it may quote telemetry, or who keeps it."""
        encoding = self._encoding(self.stderr)
        for text in texts:
            self.stderr.write(_encodable(_escaped(text), encoding) + "\n")
        self.stderr.flush()

    def again(self, line: str) -> str:
        """A command line for the user, about the same stack as the one that was typed."""
        from phoenix_dev.model.again import again

        return again(line, self._flags)

    def aside(self, text: str) -> None:
        """The same between the output of a command that has the terminal: there, a line feed only goes down."""
        edge = "\r" if self.talks_to_a_terminal else ""
        self.stderr.write(f"{edge}{_encodable(_escaped(text), self._encoding(self.stderr))}{edge}\n")
        self.stderr.flush()

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console

        return Console(
            file=self.stdout,
            force_terminal=True,
            color_system="256" if self._is_forced else "auto",
            no_color=False,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ=dict(self._environ),
        )

    def _ansi(self, line: Text) -> str:
        console = self._console
        system = console._color_system
        base = console.get_style(line.style)
        return "".join(
            (base + segment.style if segment.style else base).render(segment.text, color_system=system)
            for segment in line.render(console, end="")
        )

    def _colour(self, stream: TextIO) -> bool:
        if self._no_color or self._environ.get("NO_COLOR"):
            return False
        return self._is_forced or (_is_terminal(stream) and self._environ.get("TERM") not in ("dumb", "unknown"))

    @property
    def _is_forced(self) -> bool:
        return self._environ.get("FORCE_COLOR", "").lower() not in ("", "0", "false")

    @staticmethod
    def _encoding(stream: TextIO) -> str:
        return getattr(stream, "encoding", None) or "utf-8"


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON in ASCII: any string survives any stream and no terminal obeys it. Raises ValueError for NaN and infinities
    (RFC 8259 has none).
    """
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, indent=indent, allow_nan=False, ensure_ascii=True, separators=separators)
    # json leaves DEL as it is, the one control character of ASCII that it does not escape
    return text.replace("\x7f", "\\u007f")


def _escaped(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    from phoenix_dev.render.text import escape

    return escape(text)


def _encodable(text: str, encoding: str) -> str:
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        return text
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False
