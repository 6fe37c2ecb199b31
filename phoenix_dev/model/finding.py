"""What `doctor` found: one finding a line, and everything that goes into a report for an issue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from phoenix_dev.model.setting import EffectiveValue
    from phoenix_dev.model.stack import StackStatus


class Severity(IntEnum):
    """How bad a finding is, least first. `SKIPPED` says that a check does not apply here and now."""

    OK = 0
    SKIPPED = 1
    INFO = 2
    WARNING = 3
    ERROR = 4

    @property
    def word(self) -> str:
        """As it stands in JSON."""
        return self.name.lower()

    @property
    def exit_status(self) -> int:
        """What `doctor` ends with when nothing worse was found."""
        return 1 if self is Severity.ERROR else 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `what` is a sentence without its full stop, `where` a file, URL or container (it may be
    empty), `fix` a command to run (empty where there is nothing to mend).
    """

    check: str
    severity: Severity
    what: str
    where: str = ""
    fix: str = ""


def worst(findings: Iterable[Finding]) -> Severity:
    """The severity that decides the exit status; OK when there is no finding at all."""
    return max((finding.severity for finding in findings), default=Severity.OK)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that someone who was not there needs to know. `versions` by name; `logs` are the last lines of the
    parts that are not well, by part, oldest first, as they were written.
    """

    versions: Mapping[str, str]
    settings: tuple[EffectiveValue, ...]
    status: StackStatus
    findings: tuple[Finding, ...]
    logs: Mapping[str, tuple[str, ...]]
