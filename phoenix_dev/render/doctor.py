"""What `doctor` found: lines for people, one JSON document for scripts, Markdown for an issue."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.finding import Severity
from phoenix_dev.model.quantity import count, size
from phoenix_dev.model.secrets import masked
from phoenix_dev.render import style
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.text import escape, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.text import Text

    from phoenix_dev.model.finding import Finding, Report

_MARKS = {
    Severity.OK: ("✓", style.OK),
    Severity.SKIPPED: ("·", style.DIM),
    Severity.INFO: ("·", ""),
    Severity.WARNING: ("!", style.WARN),
    Severity.ERROR: ("✗", style.ERROR),
}
_LABEL = 15
_MOST_LINES = 4
#: Names of secrets: here everything after one goes, however it is written.
_SECRET = re.compile(r"(?i)((?:pass(?:word|wd)?|secret|token|api[_-]?key|authorization|cookie)\w*[\"']?\s*[:=]\s*)\S.*")
_IN_URL = re.compile(r"(://)[^/\s@]+@")
#: Colours of a terminal (ECMA-48, SGR), also once made visible: their last letter would seem a part of what follows.
_COLOUR = re.compile(r"((?:\x1b|\\x1b)\[[0-9;]*m)")


def finding_lines(finding: Finding, *, width: int | None) -> Iterator[Text]:
    """A finding in one line and its fix in another; wrapped where a person looks (`width`), else one line each."""
    if finding.severity is Severity.SKIPPED:
        return
    mark, colour = _MARKS[finding.severity]
    what = finding.what
    if finding.where and finding.where not in what + finding.fix:
        what += f" ({finding.where})"
    cells = ENDLESS if width is None else width
    first, *more = [what] if width is None else wrap(what, width - _LABEL - 2, _MOST_LINES)
    yield Line(cells).add(f"{mark} ", colour).add(f"{finding.check:{_LABEL}}").add(first).text()
    for text in more:
        yield Line(cells).to(_LABEL + 2).add(text).text()
    if finding.fix:
        # A command is never cut: it is there to be copied.
        yield Line().to(_LABEL + 2).add("fix: ", style.STRONG).add(finding.fix).text()


def summary_line(findings: Sequence[Finding]) -> Text:
    """How it stands, in one line."""
    errors, warnings = _number(findings, Severity.ERROR), _number(findings, Severity.WARNING)
    skipped = _number(findings, Severity.SKIPPED)
    line = Line()
    if errors or warnings:
        parts = [count(errors, "error") if errors else "", count(warnings, "warning") if warnings else ""]
        line.add(", ".join(filter(None, parts)), style.ERROR if errors else style.WARN)
    else:
        line.add("all is well", style.OK)
    if skipped:
        line.add(f"; {count(skipped, 'check')} did not apply", style.DIM)
    return line.text()


def findings_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """`doctor --json`."""
    return {
        "errors": _number(findings, Severity.ERROR),
        "warnings": _number(findings, Severity.WARNING),
        "findings": [
            {
                "check": finding.check,
                "severity": finding.severity.word,
                "what": finding.what,
                "where": finding.where,
                "fix": finding.fix,
            }
            for finding in findings
        ],
    }


def report_lines(report: Report, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """Markdown. Folders of the user are shown as `~`; secrets are masked where their form or their name tells them."""
    private = _Private(os.environ if environ is None else environ)
    for line in _report(report):
        yield private.hide(line)


def _report(report: Report) -> Iterator[str]:
    yield "## phoenix-dev doctor"
    yield from _table(("", "version"), report.versions.items())
    yield from _heading("Findings")
    for finding in report.findings:
        if finding.severity is not Severity.SKIPPED:
            where = f" ({finding.where})" if finding.where and finding.where not in finding.what else ""
            yield f"- {finding.severity.word} **{finding.check}**: {_plain(finding.what + where)}"
    skipped = [finding.check for finding in report.findings if finding.severity is Severity.SKIPPED]
    if skipped:
        yield f"- did not apply: {', '.join(skipped)}"
    yield from _heading("State")
    status = report.status
    yield f"{status.runtime}, {status.profile}, {status.state}; {size(status.data.size_bytes)} of data"
    rows = [
        (part.name, f"{part.state} {part.health}".strip(), size(part.memory_bytes), part.detail)
        for part in status.components
    ]
    yield from _table(("part", "state", "memory", "detail"), rows)
    yield from _heading("Settings")
    values = [(value.name, str(value.value), value.origin) for value in report.settings]
    yield from _table(("setting", "value", "origin"), values)
    for name, lines in report.logs.items():
        yield from _heading(f"Last lines of {name}")
        # Code by its indentation: whatever a line says, it cannot end that (escape() leaves no line feed in it).
        yield from (f"    {escape(_masked(line)[:1000])}" for line in lines)


def _heading(text: str) -> tuple[str, str, str]:
    return "", f"### {text}", ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(_plain, row))} |"


def _plain(text: str) -> str:
    """Text of which Markdown makes nothing else: no cell ends early, no tag and no mention starts."""
    return re.sub(r"([\\`*_\[\]<>|@#])", r"\\\1", escape(_masked(text)))


def _masked(text: str) -> str:
    return "".join(masked(piece) for piece in _COLOUR.split(masked(text)))


class _Private:
    """Replaces what is nobody else's business."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        folders = {"PHOENIX_DEV_HOME": "$PHOENIX_DEV_HOME", "HOME": "~"}
        known = [(environ.get(name, "").rstrip("/"), shown) for name, shown in folders.items()]
        # The longer first: one may lie in the other. As Markdown writes them, and as they are.
        found = sorted(((path, shown) for path, shown in known if len(path) > 1), key=lambda one: -len(one[0]))
        self._folders = [(form, shown) for path, shown in found for form in {path, _plain(path)}]

    def hide(self, line: str) -> str:
        for path, shown in self._folders:
            line = line.replace(path, shown)
        return _IN_URL.sub(r"\1****@", _SECRET.sub(r"\1****", line))


def _number(findings: Sequence[Finding], severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)
