"""A drill: each stage as it is reached, and the table at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from phoenix_dev.model.drill import STAGES, Reached
from phoenix_dev.render import style
from phoenix_dev.render.line import ENDLESS, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.text import Text

    from phoenix_dev.model.alert import Severity
    from phoenix_dev.model.drill import DrillReport, Expected, Other, Stage

    class Known(Protocol):
        """A fault that there is."""

        @property
        def name(self) -> str: ...  # noqa: D102 - the class says it
        @property
        def severity(self) -> Severity: ...  # noqa: D102
        @property
        def alert(self) -> str: ...  # noqa: D102
        @property
        def what(self) -> str: ...  # noqa: D102


_WORDS: dict[Stage, str] = {
    "pending": "pending",
    "firing": "firing",
    "delivered": "delivered",
    "recovered": "recovered",
    "resolved": "resolved",
    "told_resolved": "told so",
}
_WORD, _SECONDS, _SEVERITY, _CELL = 10, 8, 9, 11
_STYLES: dict[Severity, str] = {"critical": style.ERROR, "warning": style.WARN, "info": ""}


def plan_lines(what: str, expected: Expected, time_scale: float) -> Iterator[str]:
    """What will be done, what must come of it, and in which time."""
    about = ", ".join(f"{name}={value}" for name, value in expected.labels.items())
    of = f" of {about}" if about else ""
    yield f"{what}."
    yield f"Expected: {expected.alert} ({expected.severity}){of}, {expected.channel}."
    if time_scale > 1:
        yield f"A drill: durations and rate windows of all rules are divided by {time_scale:g},"
        yield "they are evaluated each second, and who is told waits a second."


def event_line(event: Reached | Other, *, width: int, clip: bool) -> Text:
    """A stage, or an alert that nobody expected, with the seconds since the fault began."""
    cut = width if clip else ENDLESS
    if isinstance(event, Reached):
        absent = event.after_s is None
        skipped = absent and not event.detail.startswith("not ") and event.stage == "pending"
        line = Line(cut).add(
            "· " if skipped else "✗ " if absent else "✓ ", style.DIM if skipped else style.ERROR if absent else style.OK
        )
        return (
            line.add(f"{_WORDS[event.stage]:{_WORD}}{_seconds(event.after_s):>{_SECONDS}}  ")
            .add(event.detail, style.DIM)
            .text()
        )
    line = Line(cut).add("• " if event.explained else "! ", style.DIM if event.explained else style.WARN)
    line.add(f"{'besides':{_WORD}}{_seconds(event.after_s):>{_SECONDS}}  {event.alert} ({event.severity})")
    return line.add(f"  {event.explained or 'not expected'}: {event.summary}", style.DIM).text()


def report_lines(report: DrillReport, *, width: int, clip: bool) -> Iterator[Text]:
    """The table: a column a stage. Where there is no room for all, that which says when the fault was taken away, and
    which is above anyway, is left out.
    """
    cut = width if clip else ENDLESS
    name = max(len(report.expected.alert), 5) + 2
    cells = {stage: f"{_seconds(report.after_s(stage)):>{_CELL}}" for stage in STAGES}
    if 2 + name + _SEVERITY + len(STAGES) * _CELL > cut:
        del cells["recovered"]
        cells = {stage: cell.strip().rjust(len(_WORDS[stage]) + 2) for stage, cell in cells.items()}
    yield Line(cut).text()
    head = Line(cut).add(f"  {'ALERT':{name}}{'SEVERITY':{_SEVERITY}}", style.DIM)
    yield head.add("".join(f"{_WORDS[one].upper():>{len(cell)}}" for one, cell in cells.items()), style.DIM).text()
    line = Line(cut).add("✓ " if report.proven else "✗ ", style.OK if report.proven else style.ERROR)
    line.add(f"{report.expected.alert:{name}}").add(
        f"{report.expected.severity:{_SEVERITY}}", _STYLES[report.expected.severity]
    )
    yield line.add("".join(cells.values())).text()


def report_json(report: DrillReport) -> dict[str, Any]:
    """`chaos --json`."""
    return {
        "proven": report.proven,
        "fault": report.fault,
        "expected": {
            "alert": report.expected.alert,
            "severity": report.expected.severity,
            "channel": report.expected.channel,
            "labels": dict(report.expected.labels),
        },
        "time_scale": report.time_scale,
        "missed": report.missed,
        "stages": {
            one.stage: {"after_ms": None if one.after_s is None else _ms(one.after_s), "detail": one.detail}
            for one in report.stages
        },
        "others": [
            {
                "alert": one.alert,
                "severity": one.severity,
                "summary": one.summary,
                "after_ms": _ms(one.after_s),
                "explained": one.explained,
            }
            for one in report.others
        ],
    }


def fault_lines(faults: Iterable[Known], *, width: int, clip: bool) -> Iterator[Text]:
    """A line for each fault that there is."""
    rows = list(faults)
    names, alerts = (max(map(len, column)) + 2 for column in ([one.name for one in rows], [one.alert for one in rows]))
    cut = width if clip else ENDLESS
    yield Line(cut).add(f"{'FAULT':{names}}{'SEVERITY':{_SEVERITY}} {'ALERT':{alerts}}WHAT", style.DIM).text()
    for one in rows:
        line = Line(cut).add(f"{one.name:{names}}").add(f"{one.severity:{_SEVERITY}} ", _STYLES[one.severity])
        yield line.add(f"{one.alert:{alerts}}").add(one.what, style.DIM).text()


def faults_json(faults: Iterable[Known]) -> dict[str, Any]:
    """`chaos --list --json`."""
    return {"faults": [{"name": o.name, "severity": o.severity, "alert": o.alert, "what": o.what} for o in faults]}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f} s"
