"""Stack traces: which lines belong to one, and what it says of the exception.

Python, Java and its kin, Node, Rust's panics, Go's. The attributes are those of OpenTelemetry's semantic conventions
("Exceptions in logs").
"""

from __future__ import annotations

import re

PYTHON = "Traceback (most recent call last):"
_PYTHON_END = re.compile(r"^([A-Za-z_][\w.]*)(?:: (.*))?$", re.MULTILINE)
_THROWN = re.compile(
    r"^(?:Exception in thread \"[^\"]*\" |Uncaught |Caused by: )?"
    r"((?:[a-zA-Z_$][\w$]*\.)*[A-Z][\w$]*(?: \[[A-Z_0-9]+\])?)(?:: (.*))?$",
    re.MULTILINE,
)
_PANIC_HEAD = re.compile(r"^thread '.*'(?: \(\d+\))? panicked at (.*)$", re.MULTILINE)
_GO_HEAD = re.compile(r"^(panic|fatal error): (.*)$", re.MULTILINE)
_GO_STACK = re.compile(r"^goroutine \d+ \[", re.MULTILINE)
FRAME = re.compile(r"^\s+(?:at |\.\.\. \d+ )", re.MULTILINE)


def describe(text: str) -> dict[str, str]:
    """`exception.type`, `.message` and `.stacktrace` of the stack trace in a text; empty when there is none for sure.

    Of exceptions that caused each other it is the one that was thrown last.
    """
    if PYTHON in text:
        return _python(text)
    if found := _PANIC_HEAD.search(text):
        return _panic(text, found)
    if (found := _GO_HEAD.search(text)) and _GO_STACK.search(text, found.end()):
        return _described(found[1], found[2], text[found.start() :])
    if frame := FRAME.search(text):
        head = text[: frame.start()]
        thrown = list(_THROWN.finditer(head))
        if thrown and not head[thrown[-1].end() :].count("\n") > 8:
            last = thrown[-1]
            message = text[last.start(2) : frame.start()].strip() if last[2] is not None else ""
            return _described(last[1].partition(" [")[0], message, text[last.start() :])
    return {}


def _python(text: str) -> dict[str, str]:
    begin, last = text.index(PYTHON), text.rindex(PYTHON)
    # Frames are indented; the exception is the first line behind them that is not.
    found = _PYTHON_END.search(text, last + len(PYTHON))
    if found is None:
        return {}
    message = text[found.start(2) :].strip() if found[2] is not None else ""
    return _described(found[1], message, text[begin:])


def _panic(text: str, found: re.Match[str]) -> dict[str, str]:
    where = found[1]
    old = re.match(r"'(.*)', \S+:\d+:\d+$", where)  # before Rust 1.73
    message = old[1] if old else text[found.end() :].lstrip("\n").partition("\n")[0]
    return _described("panic", message, text[found.start() :])


def _described(kind: str, message: str, trace: str) -> dict[str, str]:
    told = {"exception.type": kind, "exception.message": message, "exception.stacktrace": trace}
    return {key: value for key, value in told.items() if value}
