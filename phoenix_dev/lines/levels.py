"""The names and numbers that loggers have for a level → SeverityNumber (OpenTelemetry logs data model, appendix B)."""

from __future__ import annotations

_TRACE, _DEBUG, _INFO, _NOTICE, _WARN, _ERROR, _FATAL = 1, 5, 9, 10, 13, 17, 21

_NAMES = {
    _TRACE: "trace trc finest finer silly",
    _DEBUG: "debug dbg debu fine verbose",
    _INFO: "info inf information informational config",
    _NOTICE: "notice",
    _WARN: "warn warning wrn",
    _ERROR: "error err eror severe",
    _FATAL: "fatal ftl critical crit panic dpanic alert emerg emergency",
}
SEVERITY_OF = {name: severity for severity, names in _NAMES.items() for name in names.split()}
# Nearly every line has one of these spellings; for those nothing is folded.
SEVERITY_OF |= {folded: n for name, n in tuple(SEVERITY_OF.items()) for folded in (name.upper(), name.title())}

#: Bunyan and pino count in tens from 10 (trace) to 60 (fatal).
_OF_TENS = (_TRACE, _DEBUG, _INFO, _WARN, _ERROR, _FATAL)
#: RFC 5424, section 6.2.1: 0 (emergency) to 7 (debug).
_OF_SYSLOG = (_FATAL, _FATAL, _FATAL, _ERROR, _WARN, _NOTICE, _INFO, _DEBUG)


def severity_of_name(name: str) -> int:
    """The severity of a level's name in any case, 0 for a name that is none."""
    return SEVERITY_OF.get(name) or SEVERITY_OF.get(name.strip().lower(), 0)


def severity_of_number(number: float) -> int:
    """The severity of a level's number: bunyan's from 10 to 69, syslog's from 0 to 7; 0 for any other."""
    if 10 <= number < 70:
        return _OF_TENS[int(number) // 10 - 1]
    if 0 <= number <= 7 and number == int(number):
        return _OF_SYSLOG[int(number)]
    return 0
