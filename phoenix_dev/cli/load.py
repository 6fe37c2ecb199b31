"""`phoenix-dev load`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.cli.request_words import SpanName
from phoenix_dev.cli.types import Duration, Finite
from phoenix_dev.demo.faults import FAULTS
from phoenix_dev.errors import ExpectationFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phoenix_dev.demo.faults import Fault
    from phoenix_dev.model.load import Attempt, LoadReport
    from phoenix_dev.usecases.load import Aim

_MOST_RATE, _MOST = 10_000, 1_000_000
_TELL_S = 10
_HELP = "phoenix-dev load --help"


@command(
    examples=[
        "phoenix-dev load --rate 20 --duration 60s",
        "phoenix-dev load --fault llm-errors --fault-every 10 --seed 7 --json",
        "phoenix-dev load POST localhost:8001/api/process -d @question.json --rate 50 --duration 5m",
    ]
)
@click.argument("words", nargs=-1, metavar="[[METHOD] URL]")
@click.option(
    "--rate", type=Finite(min=0, max=_MOST_RATE, min_open=True), default=10.0, show_default=True, metavar="NUMBER",
    help="Requests a second.",
)  # fmt: skip
@click.option(
    "--duration", "duration_ns", type=Duration(), default="30s", show_default=True, help="For so long requests begin."
)
@click.option(
    "--arrivals", type=click.Choice(["poisson", "constant"]), default="poisson", show_default=True,
    help="As independent users send them, or in equal steps.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Makes the times, and what the demo is asked, reproducible.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header; may be repeated.")
@click.option("-d", "--data", metavar="TEXT", help="The body; @FILE reads a file, @- or - stdin.")
@click.option(
    "--fault", "faults", type=click.Choice(FAULTS), metavar="FAULT", multiple=True,
    help="What goes wrong in a request to the demo ('demo --help' names them); given several times, each in its turn.",
)  # fmt: skip
@click.option(
    "--fault-every", type=click.IntRange(min=1), default=1, show_default=True,
    help="Only every so many requests have a fault.",
)  # fmt: skip
@click.option(
    "-m", "--timeout", "timeout_s", type=Finite(min=0, min_open=True), default=30.0, show_default=True,
    metavar="SECONDS", help="Wait so long for each answer.",
)  # fmt: skip
@click.option(
    "--wait", "wait_s", type=Finite(min=0), default=30.0, show_default=True, metavar="SECONDS",
    help="Wait at most so long until all is counted.",
)  # fmt: skip
@click.option(
    "--entry", type=SpanName(), default=("", ""), metavar="SERVICE[:SPAN]",
    help="Who answers, as metrics name it, where no trace can tell.",
)  # fmt: skip
@runtime_option
@json_option
@pass_app
def load(
    app: AppContext,
    /,
    *,
    words: tuple[str, ...],
    rate: float,
    duration_ns: int,
    arrivals: Any,
    seed: int | None,
    entry: tuple[str, str],
    timeout_s: float,
    wait_s: float,
    as_json: bool,
    **request: Any,
) -> None:
    """Send requests at a rate, then hold what the metrics counted to what was sent.

    They go to the demo, or to a URL. None waits for the answer of another, as users do not: what a slow answer does to
    those behind it is in their latency, which counts from when each was due. Then the span metrics of the service that
    answers have to count as many requests and as many errors (answers of 500 and above), and their 95th percentile has
    to lie within one bucket of what the spans themselves say; the exit status is 4 when that is not so, or when the
    rate could not be kept. Nobody else may send to the same URL meanwhile.
    """
    from phoenix_dev.model.load import LoadPlan
    from phoenix_dev.render.load import plan_line
    from phoenix_dev.usecases.demo import fresh_seed
    from phoenix_dev.usecases.load import find_entry, fire, report_of

    plan = LoadPlan(rate, duration_ns / 1e9, arrivals, fresh_seed() if seed is None else seed)
    if plan.rate * plan.duration_s > _MOST:
        raise UsageError(f"that would be more than {_MOST:,} requests: each is kept until the end", hint=_HELP)
    stores, endpoint = app.stores(), app.otlp_http_endpoint()
    aim = _aim(app, words, plan.seed, **request)
    found = find_entry(stores, aim, endpoint, entry, timeout_s=timeout_s, wait_s=wait_s)
    app.output.talk(plan_line(plan, aim.method, aim.url))
    fired = fire(aim, plan, endpoint, timeout_s=timeout_s, tell=_progress(app, plan.duration_s))
    report = report_of(stores, aim, found, fired, wait_s)
    _show(app, report, as_json=as_json)
    _leave(report)


def _aim(
    app: AppContext,
    words: tuple[str, ...],
    seed: int,
    *,
    headers: tuple[str, ...],
    data: str | None,
    faults: tuple[Fault, ...],
    fault_every: int,
) -> Aim:
    from phoenix_dev.cli.request_words import outgoing_of
    from phoenix_dev.demo.traffic import TrafficPlan
    from phoenix_dev.usecases.load import aim_at, demo_aim

    if words:
        if faults:
            raise UsageError("--fault is for the demo, and a URL is given", hint=_HELP)
        return aim_at(outgoing_of(words, None, headers, data))
    if headers or data is not None:
        raise UsageError("-H and -d are for a URL, and none is given", hint=_HELP)
    return demo_aim(app.home, TrafficPlan(seed, faults=faults, fault_every=fault_every))


def _progress(app: AppContext, planned_s: float) -> Callable[[Sequence[Attempt]], object]:
    """Tells on a terminal every ten seconds how it goes on."""
    from phoenix_dev.render.load import progress_line

    seconds = 0

    def tell(attempts: Sequence[Attempt]) -> None:
        nonlocal seconds
        seconds += 1
        if seconds % _TELL_S == 0 and app.output.talks_to_a_terminal:
            app.output.talk(progress_line(attempts, planned_s))

    return tell


def _show(app: AppContext, report: LoadReport, *, as_json: bool) -> None:
    from phoenix_dev.render.load import load_json, load_lines

    if report.fired.untold:
        app.output.talk(f"Spans of the requests themselves were not taken: {report.fired.untold}")
    if as_json:
        app.output.json(load_json(report))
    else:
        app.output.lines(load_lines(report, width=app.output.width, clip=app.output.clip))


def _leave(report: LoadReport) -> None:
    """Raises what the exit status is to say."""
    fired = report.fired
    if fired.interrupted:
        raise KeyboardInterrupt
    wrong = [f"{one.expected}, but {one.found}" for one in report.comparisons if not one.met]
    if fired.behind_s:
        wrong.insert(0, f"the rate could not be kept: the last request went out {fired.behind_s:.1f} s late")
    if wrong:
        raise ExpectationFailed("; ".join(wrong), hint="phoenix-dev doctor")
