"""`phoenix-dev chaos`."""

from __future__ import annotations

import signal
from contextlib import closing
from typing import TYPE_CHECKING, Any, get_args

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.cli.types import Finite
from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Severity
    from phoenix_dev.model.drill import Expected
    from phoenix_dev.usecases.chaos import Trial
    from phoenix_dev.usecases.fault_at_hand import FaultAtHand

_MOST_SCALE = 1000
_HELP = "phoenix-dev chaos --help"
_DISTURBANCES = ("stop", "pause")


@command(
    examples=[
        "phoenix-dev chaos --list",
        "phoenix-dev chaos tool-errors --time-scale 60",
        "phoenix-dev chaos llm-errors --severity warning --json",
        "phoenix-dev chaos stop jaeger --time-scale 20",
        "phoenix-dev chaos --inject './break' --recover './mend' --expect ServiceErrorRate:critical",
    ]
)
@click.argument("words", nargs=-1, metavar="[FAULT | stop PART | pause PART]")
@click.option("--severity", type=click.Choice(["critical", "warning"]), help="Which of the fault's alerts is expected.")
@click.option("--inject", metavar="COMMAND", help="Instead of a fault that there is: what the shell makes of this.")
@click.option("--recover", metavar="COMMAND", help="Takes away what --inject did.")
@click.option("--expect", metavar="ALERT[:SEVERITY]", help="What --inject must lead to.  [default severity: critical]")
@click.option(
    "--time-scale",
    type=Finite(min=1, max=_MOST_SCALE),
    default=1.0,
    show_default=True,
    metavar="NUMBER",
    help="Divide durations and rate windows of all rules by this meanwhile.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=Finite(min=1),
    default=180.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long for each stage, beyond what the rule says that it lasts.",
)
@click.option("--list", "listed", is_flag=True, help="Show the faults there are, and the alert that each leads to.")
@runtime_option
@json_option
@pass_app
def chaos(app: AppContext, /, *, words: tuple[str, ...], listed: bool, as_json: bool, **given: Any) -> None:
    """Let a fault happen, and prove that its alert fires, arrives, and is over when the fault is.

    The fault is one of the demo (which is started, and sent requests), of a part of the stack that is stopped or
    paused, of a machine that does not exist, or what a command of yours does. Each stage is told with the seconds since
    the fault began: pending, firing, delivered to its channel, the fault taken away, resolved, and the message that
    says so. The exit status is 4 when one does not come, or another alert than the expected one fires. Ctrl-C takes
    the fault away first.
    """
    if listed:
        _list(app, as_json=as_json)
        return
    _be_interrupted_once()
    from phoenix_dev.render.chaos import plan_lines
    from phoenix_dev.usecases.chaos import Trial, drill, rule_of

    time_scale, timeout_s = given.pop("time_scale"), given.pop("timeout_s")
    fault = _fault(app, words, **given)
    tuning = app.settings.tuning
    rule_of(fault.expected, tuning, time_scale)
    trial = Trial(fault, app.stores(), tuning, time_scale, timeout_s, app.output.talk)
    with drill(app.runtime(), time_scale):
        app.output.talk(*plan_lines(fault.what, fault.expected, time_scale))
        _follow(app, trial, as_json=as_json)
    if fault.left:
        app.output.talk(f"{fault.left} runs on, until: {app.output.again('phoenix-dev demo stop')}")
    _tell(app, trial, as_json=as_json)


def _be_interrupted_once() -> None:
    """Whoever ends this, the fault is taken away first; and who is impatient does not end that."""
    wanted = [one for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) != signal.SIG_IGN]

    def interrupt(number: int, frame: object) -> None:  # noqa: ARG001 - as signals call it
        for one in wanted:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    for one in wanted:
        signal.signal(one, interrupt)


def _follow(app: AppContext, trial: Trial, *, as_json: bool) -> None:
    from phoenix_dev.render.chaos import event_line

    out = app.output
    try:
        with closing(trial.run()) as events:
            for event in events:
                if not as_json:
                    out.lines([event_line(event, width=out.width, clip=out.clip)])
    except KeyboardInterrupt:
        out.aside("interrupted; the fault was taken away")
        raise


def _tell(app: AppContext, trial: Trial, *, as_json: bool) -> None:
    """Raises what the exit status is to say."""
    from phoenix_dev.render.chaos import report_json, report_lines
    from phoenix_dev.usecases.chaos import failure_of

    out, report = app.output, trial.report
    if as_json:
        out.json(report_json(report))
    else:
        out.lines(report_lines(report, width=out.width, clip=out.clip))
    if failure := failure_of(report):
        raise failure


def _list(app: AppContext, *, as_json: bool) -> None:
    from phoenix_dev.drilling.catalogue import BUILT_IN
    from phoenix_dev.render.chaos import fault_lines, faults_json

    out = app.output
    if as_json:
        out.json(faults_json(BUILT_IN))
        return
    out.lines(fault_lines(BUILT_IN, width=out.width, clip=out.clip))
    out.talk("and on the real stack: stop PART, pause PART, with collector, jaeger, loki or grafana")


def _fault(
    app: AppContext,
    words: tuple[str, ...],
    *,
    severity: Severity | None,
    inject: str | None,
    recover: str | None,
    expect: str | None,
) -> FaultAtHand:
    from phoenix_dev.usecases.fault_at_hand import built_in_fault, command_fault, part_fault

    if inject is not None:
        if words or severity or not expect:
            raise UsageError("--inject goes with --expect, and with no fault and no --severity beside it", hint=_HELP)
        return command_fault(inject, recover or "", _expected(expect))
    if recover is not None or expect is not None:
        raise UsageError("--recover and --expect are for --inject", hint=_HELP)
    match words:
        case ("stop" | "pause" as how, part) if severity is None:
            return part_fault(app.runtime(), how, part)
        case (name,) if name not in _DISTURBANCES:
            tuning, runtime = app.settings.tuning, app.runtime()
            return built_in_fault(name, severity, app.home, app.otlp_http_endpoint(), tuning, runtime)
    raise UsageError("name one fault, or 'stop PART', 'pause PART', or --inject", hint="phoenix-dev chaos --list")


def _expected(text: str) -> Expected:
    from phoenix_dev.model.alert import Severity
    from phoenix_dev.model.drill import Expected

    alert, _, word = text.partition(":")
    for severity in get_args(Severity):
        if severity == (word or "critical"):
            return Expected(alert, severity)
    raise UsageError(f"'{word}' is no severity; they are {', '.join(get_args(Severity))}", hint=_HELP)
