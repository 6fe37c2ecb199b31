"""The log of a service: one record, seen twice, as an OTLP log and as a line of JSON on stdout (requirement R14)."""

from __future__ import annotations

import json
import logging
import sys
from time import time_ns
from traceback import format_exception
from typing import TYPE_CHECKING, Any, Literal, TextIO

from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.trace import format_span_id, format_trace_id

from phoenix_dev.model.moment import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry._logs import Logger

Level = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
_METADATA = "metadata."


class Journal:
    """Writes log records; trace, span and both request IDs come from the context it is called in."""

    def __init__(self, logger: Logger) -> None:
        self._logger = logger

    def write(self, level: Level, message: str, *, duration_ms: float | None = None, **metadata: Any) -> None:
        """One record. The message is constant text: equal things read equal; what varies goes into `metadata`."""
        attributes: dict[str, Any] = {_METADATA + name: value for name, value in metadata.items()}
        if duration_ms is not None:
            attributes["duration_ms"] = round(duration_ms, 3)
        self._emit(level, message, attributes)

    def write_last_words(self, message: str, error: BaseException) -> None:
        """A record of what cannot go on, with what it dies of (semantic conventions, "Exceptions in logs")."""
        attributes = {
            _METADATA + "error": repr(error),
            "exception.type": type(error).__name__,
            "exception.message": str(error),
            "exception.stacktrace": "".join(format_exception(error)),
        }
        self._emit("FATAL", message, attributes)

    def _emit(self, level: Level, message: str, attributes: Mapping[str, Any]) -> None:
        self._logger.emit(
            timestamp=time_ns(),
            severity_number=SeverityNumber[level],
            severity_text=level,
            body=message,
            attributes=attributes,
        )


class JsonLines(LogRecordProcessor):
    """Prints every record as a line of JSON. Must stand behind the processor that adds the request's IDs."""

    def __init__(self, service: str, out: TextIO) -> None:
        self._service = service
        self._out = out

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Called by the SDK."""
        record = log_record.log_record
        self.print(
            record.timestamp or time_ns(),
            record.severity_text or "",
            str(record.body),
            dict(record.attributes or {}),
            trace_id=format_trace_id(record.trace_id) if record.trace_id else "",
            span_id=format_span_id(record.span_id) if record.span_id else "",
        )

    def print(
        self,
        time: int,
        level: str,
        message: str,
        attributes: Mapping[str, Any],
        *,
        trace_id: str = "",
        span_id: str = "",
    ) -> None:
        """Print one line, in one write, so that lines of different threads never mix."""
        line = {
            "timestamp": rfc3339(time),
            "level": level,
            "service": self._service,
            "trace_id": trace_id,
            "span_id": span_id,
            "correlation_id": attributes.get("correlation_id", ""),
            "message": message,
            "request_id": attributes.get("request_id", ""),
            "duration_ms": attributes.get("duration_ms"),
            "metadata": {k.removeprefix(_METADATA): v for k, v in attributes.items() if k.startswith(_METADATA)},
        }
        self._out.write(json.dumps(line, separators=(",", ":")) + "\n")
        self._out.flush()

    def shutdown(self) -> None:
        """Every line is already written."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Every line is already written."""
        return True


class LibraryLines(logging.Handler):
    """What libraries log, the exporter above all, as lines of that form; never exported, or it would feed itself."""

    def __init__(self, lines: JsonLines) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Called by the logging module."""
        level = "ERROR" if record.levelno >= logging.ERROR else "WARN"
        self._lines.print(int(record.created * 1e9), level, record.getMessage(), {_METADATA + "logger": record.name})


def catch_library_logs(lines: JsonLines) -> None:
    """Send what libraries log to `lines` and nowhere else."""
    logging.basicConfig(handlers=[LibraryLines(lines)], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)


def stdout() -> TextIO:
    """The stream of this process's log, in UTF-8 whatever the locale."""
    return open(sys.stdout.fileno(), "w", encoding="utf-8", errors="backslashreplace", closefd=False)
