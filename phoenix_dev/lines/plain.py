"""Lines that a person was to read: what stands before the message is taken off where its form is known for sure.

A level in the way of a word (`error: …`) is read and left where it is. The rest is the message, untouched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phoenix_dev.lines.levels import SEVERITY_OF, severity_of_name
from phoenix_dev.lines.record import LineRecord
from phoenix_dev.lines.times import ACCESS, FULL, month_of, time_of_text, time_without_year

if TYPE_CHECKING:
    from collections.abc import Callable

_LEVEL = "|".join(sorted((name.upper() for name in SEVERITY_OF), key=len, reverse=True))
_ANY_LEVEL = f"(?i:{_LEVEL})"
_TIME = rf"(?P<time>{FULL})"

_USUAL = "TRACE|DEBUG|INFO|WARNING|WARN|ERROR|FATAL|CRITICAL"

#: `[2026-01-02T03:04:05Z INFO  shop::http] …`, as Rust's env_logger writes; Python's logging.basicConfig without and
#: with a time; logback's default; `2026-01-02 03:04:05 INFO …` or `[info] …`, tracing's human form among them; then
#: levels that no time stands before.
_HEADS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"\[{_TIME} (?P<level>{_LEVEL}) +(?P<target>[\w:./-]+)\] ?",
        rf"(?P<level>{_USUAL}):(?P<logger>[\w.]+):",
        rf"{_TIME} - (?P<logger>[\w.]+) - (?P<level>{_LEVEL}) - ",
        rf"{_TIME} \[(?P<thread>[^\]]{{1,100}})\] (?P<level>{_LEVEL}) +(?P<logger>[\w.$\[\]/]+) - ",
        rf"[\[(]?{_TIME}[\])]?[\s|:-]+(?P<level>{_LEVEL})(?![\w.])[\s|:-]*",
        rf"[\[(]?{_TIME}[\])]?[\s|:-]+[\[(<](?P<level>{_ANY_LEVEL}) *[\])>][\s|:-]*",
        rf"[\[(]?{_TIME}[\])]?(?:[\s|]+|$)",
        rf"\[(?P<level>{_ANY_LEVEL}) *\][\s|:-]*",
        rf"(?P<level>{_USUAL})(?:: *| *\||\t| {{2,}}| - )\s*",
    )
)
#: `error: …`, `warning[E0001]: …`, `Error: …`, `INFO …`.
_WORD = re.compile(rf"({_ANY_LEVEL})(?:\[\w+\])?: |({_USUAL}) ")
#: Somewhere in the next words, as in `2026-01-02 03:04:05 shop.http worker-1 ERROR …`.
_NEARBY = re.compile(rf"(?:\S+ +){{0,3}}?[\[(<]?({_LEVEL})()[\])>]?(?=[\s:|]|$)")
#: klog and glog: `I0102 03:04:05.678901   12345 server.go:42] …`.
_KLOG = re.compile(r"([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d)\.(\d{6}) +\d+ ([\w./-]+:\d+)\] ?", re.ASCII)
_KLOG_LEVELS = {"I": "INFO", "W": "WARN", "E": "ERROR", "F": "FATAL"}
#: RFC 3164, section 4.1.2, without the priority, as files in /var/log have it.
_SYSLOG = re.compile(r"([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) ", re.ASCII)
_ACCESS = re.compile(rf"\S+ \S+ \S+ \[({ACCESS})\] \"([A-Z]+) (\S+)[^\"]*\" (\d{{3}}) ", re.ASCII)


def plain_record(text: str) -> LineRecord:
    """The record of a text of which nothing is known; its first line decides."""
    record = LineRecord(text)
    for read in _READERS[_kind(text)]:
        if read(record, text):
            break
    return record


def _kind(text: str) -> str:
    first = text[:1]
    return "digit" if first.isdigit() else "letter" if first.isalpha() else "other"


def _head(record: LineRecord, text: str) -> bool:
    for form in _HEADS:
        found = form.match(text)
        if found:
            _take_head(record, found, text)
            return True
    return False


def _take_head(record: LineRecord, found: re.Match[str], text: str) -> None:
    parts = found.groupdict()
    if parts.get("time"):
        record.time_ns = time_of_text(parts["time"])
        if not record.time_ns:  # the 32nd of a month: no time, so no head either
            return
    level = parts.get("level")
    if level is None:
        nearby = _NEARBY.match(text, found.end()) or _WORD.match(text, found.end())
        level = (nearby[1] or nearby[2]) if nearby else ""
    record.severity, record.severity_text = severity_of_name(level), level
    for name, key in (("logger", "logger"), ("thread", "thread.name"), ("target", "target")):
        if parts.get(name):
            record.attributes[key] = parts[name]
    # A line that is nothing but its head keeps it: a record without a message says nothing.
    record.message = text[found.end() :] or text


def _word(record: LineRecord, text: str) -> bool:
    found = _WORD.match(text)
    if found:
        level = found[1] or found[2]
        record.severity, record.severity_text = severity_of_name(level), level
    return found is not None


def _klog(record: LineRecord, text: str) -> bool:
    found = _KLOG.match(text)
    if not found:
        return False
    record.severity_text = _KLOG_LEVELS[found[1]]
    record.severity = severity_of_name(record.severity_text)
    record.time_ns = time_without_year(int(found[2]), int(found[3]), found[4], found[5])
    record.attributes["code.file.path"] = found[6]
    record.message = text[found.end() :] or text
    return True


def _syslog(record: LineRecord, text: str) -> bool:
    found = _SYSLOG.match(text)
    if not found:
        return False
    record.time_ns = time_without_year(month_of(found[1]), int(found[2]), found[3])
    return record.time_ns > 0


def _access(record: LineRecord, text: str) -> bool:
    found = _ACCESS.match(text)
    if not found:
        return False
    record.time_ns = time_of_text(found[1])
    record.attributes |= {
        "http.request.method": found[2],
        "url.path": found[3].partition("?")[0],
        "http.response.status_code": int(found[4]),
    }
    return True


_READERS: dict[str, tuple[Callable[[LineRecord, str], bool], ...]] = {
    "digit": (_head, _access),
    "letter": (_klog, _head, _word, _syslog, _access),
    "other": (_head, _access),
}
