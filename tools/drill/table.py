"""The table of drills, between its markers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.drill.agreement import Agreement
    from tools.drill.runs import Row, Run

BEGIN, END = "<!-- drills -->", "<!-- end of drills -->"
_STAGES = ("pending", "firing", "delivered", "resolved")


def written(text: str, runs: Mapping[str, Run], date: str, commit: str) -> str:
    """A document with what came of the drills in it."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n" + "\n".join(_lines(runs, date, commit)) + f"\n{END}{after}"


def _lines(runs: Mapping[str, Run], date: str, commit: str) -> Iterator[str]:
    yield f"{date}, commit {commit}. Seconds since the fault began; `resolved`: since it was taken away."
    yield ""
    stages = [
        f"{runtime}: {stage}" if not number else stage for runtime in runs for number, stage in enumerate(_STAGES)
    ]
    yield f"| alert | severity | fault | {' | '.join(stages)} |"
    yield "|---|---|---|" + "---:|" * len(stages)
    for rows in zip(*(run.rows for run in runs.values()), strict=True):
        cells = [cell for row in rows for cell in _cells(row)]
        yield f"| {rows[0].alert} | {rows[0].severity} | `{rows[0].fault}` | {' | '.join(cells)} |"
    yield ""
    for runtime, run in runs.items():
        yield _peace(runtime, run)
        yield from _besides(runtime, run)
        if run.agreement:
            yield _agreement(runtime, run.agreement)


def _cells(row: Row) -> Iterator[str]:
    stages = row.told.get("stages", {})
    began = _after(stages, "recovered") or 0.0
    for stage in _STAGES:
        after = _after(stages, "told_resolved" if stage == "resolved" else stage)
        if after is None:
            yield "–" if stage == "pending" and row.told.get("proven") else "**missed**"
        else:
            yield f"{after - began if stage == 'resolved' else after:.1f}"


def _after(stages: dict[str, dict[str, float]], stage: str) -> float | None:
    """Seconds since the fault began."""
    after_ms = stages.get(stage, {}).get("after_ms")
    return None if after_ms is None else after_ms / 1000


def _besides(runtime: str, run: Run) -> Iterator[str]:
    """What fired in a drill that nobody expected: such a row is not proven, whatever its numbers."""
    for row in run.rows:
        names = [f"{one['alert']} ({one['severity']})" for one in row.told.get("others", ()) if not one["explained"]]
        if names:
            besides = ", ".join(dict.fromkeys(names))
            yield f"- {runtime}, `{row.fault}` ({row.severity}): **not proven**, besides fired {besides}."


def _peace(runtime: str, run: Run) -> str:
    fired = f"fired: {'; '.join(run.quiet)}" if run.quiet else "nothing fired"
    true = f", but what the machine truly was short of: {'; '.join(sorted(run.true))}" if run.true else ""
    return f"- {runtime}, a minute and a half of healthy requests: {fired}{true}."


def _agreement(runtime: str, found: Agreement) -> str:
    """Of the series that were kept of all drills, evaluated again."""
    same = "**not the same**" if found.trouble else "the same each time"
    return (
        f"- {runtime}, {found.evaluations:,} evaluations of {found.rules} rules over what was kept of all that, by"
        f" promtool and by the embedded evaluation: the states of alerts ({len(found.fired)} rules fired) and"
        f" {found.values:,} values were {same}."
    )
