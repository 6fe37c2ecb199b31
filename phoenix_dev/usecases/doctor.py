"""`doctor`: all examinations at the same time, none longer than allowed, and whatever becomes of one is a finding."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.doctor.examination import Skip
from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.model.finding import Finding, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from phoenix_dev.doctor.examination import Examination
    from phoenix_dev.model.setting import EffectiveValue
    from phoenix_dev.runtime.protocol import Runtime

#: How long all examinations together may take (seconds).
WITHIN_S = 2.8


@dataclass(slots=True)
class _Running:
    """One examination at work; `found` fills while it looks."""

    examination: Examination
    found: list[Finding] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        name = self.examination.name
        try:
            for finding in self.examination.look():
                self.found.append(finding)
        except Skip as reason:
            self.found.append(Finding(name, Severity.SKIPPED, str(reason)))
        except PhoenixDevError as error:
            self.found.append(Finding(name, Severity.WARNING, error.message, fix=error.hint))
        except Exception as error:  # noqa: BLE001 - an examination that is wrong says nothing about the machine
            what = f"this check itself failed: {type(error).__name__}: {error}"
            self.found.append(Finding(name, Severity.WARNING, what, fix="phoenix-dev doctor --report"))
        self.done.set()


def diagnose(examinations: Sequence[Examination], within_s: float = WITHIN_S) -> Iterator[Finding]:
    """What the examinations find, in their order, each as soon as it and those before it are done.

    Raises nothing: an examination that fails is a finding, and so is one that has no answer within `within_s` seconds
    of the first call; that one is left behind.
    """
    deadline = time.monotonic() + within_s
    running = [_Running(examination) for examination in examinations]
    for one in running:
        # Not a pool: a pool's threads are waited for at exit, also those that hang.
        threading.Thread(target=one.look, name=f"check {one.examination.name}", daemon=True).start()
    for one in running:
        on_time = one.done.wait(max(0.0, deadline - time.monotonic()))
        yield from tuple(one.found)
        if not on_time:
            what = f"no answer within {within_s:g} s"
            yield Finding(one.examination.name, one.examination.late, what, fix="phoenix-dev doctor")


def make_report(
    findings: Iterable[Finding],
    versions: Mapping[str, str],
    settings: tuple[EffectiveValue, ...],
    runtime: Runtime,
    logs: Mapping[str, tuple[str, ...]],
) -> Report:
    """Everything for an issue."""
    return Report(versions, settings, runtime.status(), tuple(findings), logs)
