"""Which lines make up one record: the lines of a stack trace, with the line that was logged with it; else each alone.

A line that may be followed by a stack trace is held back until the next one shows. Whoever reads lines as they come
asks for what is held back once nothing has come for a moment (`HOLD_S`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from phoenix_dev.lines.exceptions import PYTHON
from phoenix_dev.lines.levels import severity_of_name
from phoenix_dev.lines.plain import plain_record
from phoenix_dev.lines.text import LONGEST_MESSAGE, without_escapes

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How long a line may be held back (seconds).
HOLD_S = 0.2
#: A stack trace of more lines is two records.
MOST_LINES = 1000

#: What lines that are held back wait for. `warning`: a logged line that an exception may follow; `maybe-thrown`: the
#: same and a line that is its exception if frames follow. The others: more of the stack trace of that language.
_State = Literal["warning", "maybe-thrown", "thrown", "frames", "python", "python-end", "panic-message", "panic", "go"]

_WARN = severity_of_name("warn")
_LOUD = re.compile("warn|err|crit|fatal|severe|alert|emerg|wrn|ftl", re.IGNORECASE)
#: Where a level stands, if one does.
_HEAD_LENGTH = 256

_THROWN = re.compile(
    r"(?:Exception in thread |Uncaught )?(?:\"[^\"]*\" )?(?:[\w$]+\.)*[A-Z][\w$]*(?: \[\w+\])?(?:: .*)?$"
)
_FRAME = re.compile(r"\s+(?:at |\.\.\. \d+ |Suppressed: )")
_PANIC = re.compile(r"thread '.*'(?: \(\d+\))? panicked at ")
_GO = re.compile(r"panic: |fatal error: |goroutine \d+ \[")
_GO_MORE = re.compile(
    r"goroutine \d+ \[|\t|\[signal |created by |exit status \d|[\w./*()·{}-]+\(.*\)$|panic: |runtime stack:"
)
_PANIC_MORE = re.compile(r"note: |stack backtrace:|\s+(?:\d+:|at |left: |right: )")
_PYTHON_CHAIN = ("During handling of the above exception", "The above exception was the direct cause", PYTHON)


@dataclass(frozen=True, slots=True)
class Group:
    """The text of one record; `end` is what was said to be the end of its last line."""

    text: str
    end: int


class Grouper:
    """Takes the lines of one stream, in order. Lines without a visible character are no records and are left out."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, int]] = []
        self._blanks = 0
        self._size = 0
        self._state: _State = "warning"

    @property
    def holds(self) -> bool:
        """Whether a line is held back."""
        return bool(self._lines)

    def feed(self, line: str, end: int = 0) -> Iterator[Group]:
        """The groups that this line completes; `end` is what its own group is to be known by."""
        if not line or line.isspace():
            self._blanks += bool(self._lines)
            return
        line = without_escapes(line)
        while self._lines:
            state = self._state_with(line)
            if state is not None:
                self._add(line, end, state)
                return
            yield self._split_off()
        state = _begins(line)
        if state is None:
            yield Group(line, end)
        else:
            self._add(line, end, state)

    def flush(self) -> Iterator[Group]:
        """What is held back, as it is."""
        while self._lines:
            yield self._split_off()

    def _add(self, line: str, end: int, state: _State) -> None:
        self._lines += [("", end)] * self._blanks
        self._lines.append((line, end))
        self._size += len(line) + 1
        self._blanks = 0
        self._state = state

    def _split_off(self) -> Group:
        """What is held back as a group; of a warning and what might have been its exception, the warning."""
        kept = self._lines[1:] if self._state == "maybe-thrown" else []
        group = self._lines[: len(self._lines) - len(kept)]
        self._lines, self._blanks, self._state = kept, 0, "thrown"
        self._size = sum(len(line) + 1 for line, _ in kept)
        return Group("\n".join(line for line, _ in group), group[-1][1])

    def _state_with(self, line: str) -> _State | None:
        if len(self._lines) >= MOST_LINES or self._size > LONGEST_MESSAGE or line[0] == "{":
            return None
        return _next_state(self._state, line, blank_before=self._blanks > 0)


def _begins(line: str) -> _State | None:
    """What may follow a line that begins a record; None when it stands alone for sure."""
    first = line[0]
    if first == "{" or first in " \t":
        return None
    return _trace_begins(line) or ("warning" if _is_warning(line) else None)


def _is_warning(line: str) -> bool:
    return bool(_LOUD.search(line, 0, _HEAD_LENGTH)) and plain_record(line[:_HEAD_LENGTH]).severity >= _WARN


def _trace_begins(line: str) -> _State | None:
    if line.startswith(PYTHON):
        return "python"
    if _PANIC.match(line):
        return "panic-message" if line.endswith(":") else "panic"
    if _GO.match(line):
        return "go"
    return "thrown" if _THROWN.match(line) else None


def _next_state(state: _State, line: str, *, blank_before: bool) -> _State | None:
    """The state after a line that belongs to the group; None for one that does not."""
    indented = line[0] in " \t"
    if state == "python":
        return "python" if indented or line.startswith(_PYTHON_CHAIN) else "python-end"
    if state == "python-end":
        return "python" if line.startswith(_PYTHON_CHAIN) else None
    if state == "panic-message":
        return "panic"
    if state == "panic":
        return "panic" if _PANIC_MORE.match(line) else None
    if state == "go":
        return "go" if _GO_MORE.match(line) else None
    if blank_before:
        return None
    if _FRAME.match(line):
        return "frames"
    if state == "frames":
        return "frames" if indented or line.startswith(("Caused by: ", "}")) else None
    if state == "warning":
        # What other languages print of a crash is no part of what was logged before it.
        return "python" if line.startswith(PYTHON) else "maybe-thrown" if _THROWN.match(line) else None
    return None
