"""The demo in plain words: what runs, what was sent, what to try next. IDs stand whole, or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from phoenix_dev.model.quantity import duration
from phoenix_dev.render import style
from phoenix_dev.render.line import ENDLESS, Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    class RunningService(Protocol):
        """A service of the demo: base URL, and the file it logs to."""

        @property
        def name(self) -> str: ...  # noqa: D102 - the class says it
        @property
        def url(self) -> str: ...  # noqa: D102
        @property
        def log(self) -> str: ...  # noqa: D102

    class SentRequest(Protocol):
        """A request that was answered; `fault` is empty for a healthy one."""

        @property
        def correlation_id(self) -> str: ...  # noqa: D102 - the class says it
        @property
        def trace_id(self) -> str: ...  # noqa: D102
        @property
        def status_code(self) -> int: ...  # noqa: D102
        @property
        def duration_ms(self) -> float: ...  # noqa: D102
        @property
        def fault(self) -> str: ...  # noqa: D102


_FAULT_CELLS = len("lost-context")


def service_lines(services: Sequence[RunningService], *, width: int, clip: bool = True) -> Iterator[Text]:
    """A line a service: name, base URL, and its log, for a terminal without the folder that all logs share."""
    names = max((len(service.name) for service in services), default=0)
    urls = max((len(service.url) for service in services), default=0)
    for service in services:
        line = Line(width if clip else ENDLESS).add(f"{service.name:{names}}  {service.url:{urls}}  ")
        yield line.add(os.path.basename(service.log) if clip else service.log, style.DIM).text()


def sent_line(sent: SentRequest, *, width: int, clip: bool = True) -> Text:
    """One request: the IDs to look it up by, status, time and fault; the trace ID last, where there is room for it."""
    line = Line(width if clip else ENDLESS)
    line.add(sent.correlation_id).add(f"  {sent.status_code}", style.FAILED if sent.status_code >= 500 else "")
    line.add(f"  {duration(round(sent.duration_ms * 1_000_000)):>7}")
    line.add(f"  {sent.fault or '-':{_FAULT_CELLS}}", "" if sent.fault else style.DIM)
    line.add_whole(f"  {sent.trace_id}", style.DIM)
    return line.text()


def next_steps(correlation_id: str) -> list[str]:
    """Commands worth trying after the first request."""
    return [
        "Try next:",
        "  phoenix-dev trace last",
        f"  phoenix-dev logs --correlation {correlation_id}",
        "  phoenix-dev demo traffic --count 20 --fault-every 5 --fault llm-errors",
        "  phoenix-dev trace last-error",
        "Stop both:",
        "  phoenix-dev demo stop && phoenix-dev down",
    ]
