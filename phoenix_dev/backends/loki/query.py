"""LogQL for what the stores are asked. Every value goes through quoting.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.backends.kept import UNNAMED
from phoenix_dev.backends.quoting import logql_text, regex_literal
from phoenix_dev.model.identifier import as_span_id, as_trace_id
from phoenix_dev.model.otlp import UNKNOWN_SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phoenix_dev.stores.logs import LogFilter

#: Every stream; Loki wants at least one matcher that does not match the empty text.
EVERYTHING = '{service_name=~".+"}'


def of_traces(trace_ids: Sequence[str]) -> str:
    """Records that bear one of these trace IDs (lower-case hex)."""
    if len(trace_ids) == 1:
        return f"{EVERYTHING} | trace_id={logql_text(trace_ids[0])}"
    return f"{EVERYTHING} | trace_id=~{logql_text('|'.join(map(regex_literal, trace_ids)))}"


def spellings(value: str) -> tuple[str, ...]:
    """An ID as it was typed; what has the form of a trace ID or a UUID as both, which are tried one after the other."""
    digits = as_trace_id(value)
    spelled = (digits, _as_uuid(digits)) if digits else ()
    return spelled if value in spelled else (value,)


def bearing(value: str) -> str:
    """Records that bear an ID as whichever kind it may be: to look for each kind by itself would read them all anew."""
    texts = spellings(value)
    borne = [(kind, text) for kind in ("correlation_id", "request_id") for text in texts]
    borne += [(kind, text) for kind, text in (("span_id", as_span_id(value)), ("trace_id", as_trace_id(value))) if text]
    return f"{EVERYTHING} | {' or '.join(f'{kind}={logql_text(text)}' for kind, text in borne)}"


def passing(keep: LogFilter) -> str:
    """Records that may pass a filter: what Loki does not decide as `LogFilter.keeps` does, it does not decide here."""
    query = _streams(keep.services)
    if keep.correlated:
        query += ' | correlation_id!=""'
    if keep.min_severity > 0:
        query += f" | severity_number>={keep.min_severity}"
    return query


def lines(services: Iterable[str]) -> str:
    """Records of some services (none: all), with nothing of them but what a line needs."""
    return f"{_streams(services)} | keep service_name, severity_number, trace_id"


def _as_uuid(digits: str) -> str:
    """The text form of RFC 9562, section 4."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _streams(services: Iterable[str]) -> str:
    names = sorted(UNNAMED if name == UNKNOWN_SERVICE else name for name in services)
    if not names:
        return EVERYTHING
    if len(names) == 1:
        return f"{{service_name={logql_text(names[0])}}}"
    return f"{{service_name=~{logql_text('|'.join(map(regex_literal, names)))}}}"
