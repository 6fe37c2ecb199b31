"""The line of a stack trace that a developer looks for: the innermost one in their own code."""

from __future__ import annotations

import re

_PYTHON = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>\S+))?')
#: JavaScript, Java and kin: `at name (file:line:column)`, `at file:line:column`, `at pkg.Class.name(File.java:12)`.
_CALL = re.compile(r"^\s*at (?:async )?(?P<name>[^()]+?) ?\((?P<file>[^()]+?):(?P<line>\d+)(?::\d+)?\)\s*$")
_PLACE = re.compile(r"^\s*at (?P<file>[^()\s]+?):(?P<line>\d+)(?::\d+)?\s*$")
#: Rust puts the name on the line before its place: `  3: app::llm::complete`.
_RUST_NAME = re.compile(r"^\s*\d+:\s+(?:0x[0-9a-f]+ - )?(?P<name>\S+)")

_FOREIGN = re.compile(
    r"site-packages|dist-packages|/lib/python\d|<frozen|node_modules|node:internal|\.cargo/registry|/rustc/|"
    r"^(?:java|javax|jdk|sun|kotlin|scala|std|core|tokio|alloc)(?:\.|::)"
)
_LONGEST = 20_000
LONGEST_LINE = 500


def innermost_own(stacktrace: str) -> str:
    """`llm.py:88 in complete`; the innermost frame of any code where none is the developer's own; empty where nothing
    is recognised.
    """
    frames = _frames(stacktrace)
    own = [frame for frame in frames if not (_FOREIGN.search(frame[0]) or _FOREIGN.search(frame[2]))]
    if not frames:
        return ""
    file, line, name = (own or frames)[0]
    place = place_of(file, line)
    return f"{place} in {name.rsplit('::', 1)[-1]}" if name else place


def place_of(file: str, line: str) -> str:
    """`llm.py:88`, without the folders; the file alone where the line is not known."""
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name}:{line}" if line else name


def _frames(stacktrace: str) -> list[tuple[str, str, str]]:
    """(file, line, name), innermost first: Python writes it last, the others first."""
    if len(stacktrace) > 2 * _LONGEST:
        stacktrace = stacktrace[:_LONGEST] + "\n" + stacktrace[-_LONGEST:]
    python: list[tuple[str, str, str]] = []
    others: list[tuple[str, str, str]] = []
    name = ""
    for line in stacktrace.split("\n"):
        line = line[:LONGEST_LINE]
        if match := _PYTHON.match(line):
            python.append((match["file"], match["line"], match["name"] or ""))
        elif match := _CALL.match(line):
            others.append((match["file"], match["line"], match["name"]))
        elif match := _PLACE.match(line):
            others.append((match["file"], match["line"], name))
        elif match := _RUST_NAME.match(line):
            name = match["name"]
    return python[::-1] or others
