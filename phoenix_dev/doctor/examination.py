"""An examination: a name, and a function that looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Skip(Exception):
    """Raised by an examination that does not apply here and now; its text says why."""


@dataclass(frozen=True, slots=True)
class Examination:
    """`look` yields what it finds, at least one finding, and may raise Skip. `late` is how bad it is to get no answer
    in time.
    """

    name: str
    look: Callable[[], Iterable[Finding]]
    late: Severity = Severity.WARNING
