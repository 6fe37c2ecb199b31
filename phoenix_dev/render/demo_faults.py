"""The faults of the demo, what runs of it, and what it has done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from phoenix_dev.render import style
from phoenix_dev.render.line import ENDLESS, Line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rich.text import Text

    from phoenix_dev.render.demo import RunningService

    class Fault(Protocol):
        """A fault that stands; `service` is empty for one of requests."""

        @property
        def name(self) -> str: ...  # noqa: D102 - the class says it
        @property
        def service(self) -> str: ...  # noqa: D102

    class Status(Protocol):
        """The running demo."""

        @property
        def services(self) -> Sequence[RunningService]: ...  # noqa: D102 - the class says it
        @property
        def away(self) -> Collection[str]: ...  # noqa: D102
        @property
        def faults(self) -> Sequence[Fault]: ...  # noqa: D102
        @property
        def counts(self) -> Mapping[str, Any]: ...  # noqa: D102


def fault_lines(
    known: Mapping[str, str], standing: Sequence[Fault], *, width: int, clip: bool = True
) -> Iterator[Text]:
    """A line a fault: whether it stands and where, its name, what it does."""
    names = max(map(len, known))
    for name, what in known.items():
        where = [fault.service for fault in standing if fault.name == name]
        line = Line(width if clip else ENDLESS).add("✗ " if where else "  ", style.FAILED)
        line.add(f"{name:{names}}  ").add(what, style.DIM)
        if any(where):
            line.add(f"  {', '.join(where)}", style.FAILED)
        yield line.text()


def fault_words(fault: Fault) -> str:
    """`gone (tool-service)`."""
    return f"{fault.name} ({fault.service})" if fault.service else fault.name


def status_lines(status: Status, *, width: int, clip: bool = True) -> Iterator[Text]:
    """A line a service, then what is wrong on purpose, then what it has done so far."""
    names = max(len(service.name) for service in status.services)
    for service in status.services:
        line = Line(width if clip else ENDLESS).add(f"{service.name:{names}}  {service.url}  ")
        away = service.name in status.away
        yield line.add("gone" if away else "runs", style.FAILED if away else style.DIM).text()
    faults = ", ".join(map(fault_words, status.faults)) or "none"
    yield Line(width if clip else ENDLESS).add(f"{'faults':{names}}  {faults}").text()
    counts = dict(_flat(status.counts))
    longest = max(map(len, counts), default=0)
    for name, count in counts.items():
        yield Line(width if clip else ENDLESS).add(f"{name:{longest}}  ", style.DIM).add(f"{count}").text()


def status_json(status: Status) -> dict[str, Any]:
    """`demo status --json`."""
    services = [
        {"name": one.name, "url": one.url, "log": one.log, "state": "gone" if one.name in status.away else "running"}
        for one in status.services
    ]
    return {"services": services, "faults": faults_json(status.faults), "counts": dict(status.counts)}


def faults_json(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """The faults that stand."""
    return [{"name": fault.name, "service": fault.service} for fault in faults]


def _flat(counts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, int]]:
    for name, value in counts.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
