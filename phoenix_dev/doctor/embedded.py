"""Does the embedded engine live and answer, is its log quiet, and can its store be read?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any

from phoenix_dev import __version__
from phoenix_dev.doctor.examination import Skip
from phoenix_dev.errors import NotReady
from phoenix_dev.model.amount import size
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.model.moment import rfc3339
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.embedded.client import ask_engine
from phoenix_dev.runtime.embedded.engine_log import LOG_FILE
from phoenix_dev.runtime.embedded.handle import EngineHandle
from phoenix_dev.runtime.embedded.status import clock_jump
from phoenix_dev.runtime.record import EngineRecord
from phoenix_dev.telemetry.set_aside import damaged_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PATIENCE_S = 1.0
_TAIL_BYTES = 256 * 1024
_SAID = re.compile(r"(?P<time>\S+Z) (?P<level>WARNING|ERROR|CRITICAL) \S+ (?P<text>.*)")
_AGAIN = "phoenix-dev down && phoenix-dev up"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine of a state folder is and says; `facts` is None when it does not answer."""

    runs: bool
    record: EngineRecord | None
    facts: Mapping[str, Any] | None

    @classmethod
    def of(cls, home: Path) -> Answer:
        """Ask it."""
        handle = EngineHandle(home)
        if not handle.runs:
            return cls(False, EngineRecord.read(home), None)
        record = handle.record()
        return cls(True, record, ask_engine(record, _PATIENCE_S) if record else None)

    def needed(self) -> tuple[EngineRecord, Mapping[str, Any]]:
        """The engine's record and facts; raises Skip where it does not run or answer: one examination says so."""
        if self.record is None or self.facts is None:
            raise Skip("the engine does not run" if not self.runs else "the engine does not answer")
        return self.record, self.facts


def engine(home: Path, answer: Answer) -> Iterator[Finding]:
    """The process that has the state folder."""
    record = answer.record
    if not answer.runs:
        if record is None:
            raise Skip("the stack does not run; phoenix-dev up starts it")
        what = f"the engine (process {record.pid}) was killed; what it had acknowledged is kept"
        yield Finding("engine", Severity.WARNING, what, str(home), "phoenix-dev up")
    elif record is None:
        what = "an engine has the state folder and has not said yet that it is ready"
        yield Finding("engine", Severity.WARNING, what, str(home), f"tail -n 20 {quote(str(home / LOG_FILE))}")
    elif answer.facts is None:
        what = f"process {record.pid} hangs: it has the state folder and does not answer within {_PATIENCE_S:g} s"
        yield Finding("engine", Severity.ERROR, what, record.endpoints.otlp_http, _AGAIN)
    elif failure := answer.facts.get("failure"):
        remedy = str(answer.facts.get("remedy") or f"df -h {quote(str(home))}")
        yield Finding("engine", Severity.ERROR, str(failure), str(home), remedy)
    elif record.version != __version__:
        what = f"the engine is of version {record.version}, this command of {__version__}"
        yield Finding("engine", Severity.INFO, what, record.endpoints.otlp_http, "phoenix-dev up")
    else:
        yield Finding("engine", Severity.OK, f"process {record.pid} answers", record.endpoints.otlp_http)


def log(home: Path, answer: Answer) -> Iterator[Finding]:
    """Errors and warnings that the engine wrote since it was ready."""
    record, _ = answer.needed()
    path = home / LOG_FILE
    since = rfc3339(record.since_ns, 3)
    said = [found for line in tail(path) if (found := _SAID.match(line)) and found["time"] >= since]
    if not said:
        yield Finding("log", Severity.OK, "no warnings and no errors since the engine started", str(path))
        return
    bad = [found for found in said if found["level"] != "WARNING"]
    last = (bad or said)[-1]
    what = f"{len(bad):,} errors and {len(said) - len(bad):,} warnings; the last: {last['text']}"
    yield Finding("log", Severity.WARNING, what, str(path), f"tail -n 50 {quote(str(path))}")


def store(home: Path) -> Iterator[Finding]:
    """The file of the embedded store: that it is one, of a version that is known, and whole, as far as it can be read
    in a second; and what was set aside.
    """
    from phoenix_dev.telemetry.damage import look_through
    from phoenix_dev.telemetry.database import ReadConnection, mark_suspect

    path = home / folder.DATABASE
    if not path.exists():
        raise Skip("nothing was kept yet")
    connection = ReadConnection(path)
    try:
        traces = connection.rows("SELECT count(*) FROM (SELECT 1 FROM trace LIMIT 1)")
        damage = look_through(path, _PATIENCE_S)
    except NotReady as error:
        yield Finding("store", Severity.ERROR, error.message, str(path), error.hint)
        return
    finally:
        connection.close()
    yield from _set_aside(path)
    if damage:
        mark_suspect(path)
        yield Finding("store", Severity.ERROR, f"the store is damaged: {damage}", str(path), _AGAIN)
        return
    kept = "can be read" if traces[0][0] else "can be read; it holds no traces"
    yield Finding("store", Severity.OK, kept, str(path))


def _set_aside(path: Path) -> Iterator[Finding]:
    files = damaged_files(path)
    if files:
        amount = size(sum(file.stat().st_size for file in files))
        what = f"a damaged store was set aside, which takes {amount}"
        fix = f"rm {' '.join(quote(str(file)) for file in files)}"
        yield Finding("store", Severity.INFO, what, str(files[-1]), fix)


def clock(answer: Answer) -> Iterator[Finding]:
    """Whether the machine's clock was set while the engine runs: ages do not follow that until it is started anew."""
    if answer.facts and (jumped := clock_jump(answer.facts)):
        what = f"{jumped}; what is kept ages by the clock as it was"
        yield Finding("clock", Severity.WARNING, what, fix="timedatectl status")


def tail(path: Path) -> list[str]:
    """The last lines of a file, oldest first; none when it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
