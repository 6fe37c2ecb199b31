"""`phoenix-dev alerts`."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import group
from phoenix_dev.cli.options import further_back, json_option, runtime_option, since_option
from phoenix_dev.cli.types import Finite
from phoenix_dev.errors import ExpectationFailed, NotReady, UsageError
from phoenix_dev.inbox.summary import REPORTS
from phoenix_dev.model.alert import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.inbox.summary import Report
    from phoenix_dev.model.alert import Channel, Rules
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.alerts import AlertSender

_REDRAW_S = 2.0
#: Until when what was sent must have arrived (seconds).
_PATIENCE_S = 30.0
#: Messages that are shown: a stack that is ill for a day sends hundreds.
_DEFAULT_LIMIT = 20

timeout_option = click.option(
    "--timeout",
    type=Finite(min=0.1),
    default=_PATIENCE_S,
    show_default=True,
    metavar="SECONDS",
    help="Until when it must have arrived.",
)


@group(
    examples=["phoenix-dev alerts", "phoenix-dev alerts --watch", "phoenix-dev alerts inbox --since 1h"],
    invoke_without_command=True,
)
@click.option("--watch", is_flag=True, help="Show them anew every two seconds, until Ctrl-C.")
@runtime_option
@json_option
@pass_app
@click.pass_context
def alerts(ctx: click.Context, app: AppContext, *, watch: bool, as_json: bool) -> None:
    """Show the state of every alert rule, those that fire first.

    The exit status is 3 when not everybody answers who knows of them: then there may be more than is shown.
    """
    if below := ctx.invoked_subcommand:
        if watch or as_json:
            raise UsageError(
                f"--watch and --json before '{below}' would be lost; what is for '{below}' comes after it",
                hint=f"phoenix-dev alerts {below} --help",
            )
        return
    from phoenix_dev.cli.watch_option import keep_showing
    from phoenix_dev.render.alerts import rule_lines, rules_json
    from phoenix_dev.usecases.drills import drill_notice

    stores, out = app.stores(), app.output
    if notice := drill_notice(app.home, app.runtime().name):
        out.talk(out.again(notice))

    def lines(found: Rules, columns: int) -> Iterable[Any]:
        return rule_lines(found, now_ns=time.time_ns(), width=columns, clip=out.clip)

    if watch:
        keep_showing(out, lambda: _states(app, stores), lines, rules_json if as_json else None, _REDRAW_S)
    found = _states(app, stores)
    if as_json:
        out.json(rules_json(found))
    else:
        out.lines(lines(found, out.width))
    if found.lacks:
        raise NotReady(f"not all is known of alerts: {'; '.join(found.lacks)}", hint="phoenix-dev status")
    if not as_json and not any(rule.state == "firing" for rule in found):
        out.talk("nothing fires")


@alerts.command(examples=["phoenix-dev alerts inbox", "phoenix-dev alerts inbox --channel slack --since 1h --json"])
@click.option("--channel", type=click.Choice(CHANNELS), help="What was sent there.")
@since_option("24h")
@click.option(
    "--limit", type=click.IntRange(min=1), default=_DEFAULT_LIMIT, show_default=True, help="The newest so many."
)
@runtime_option
@json_option
@pass_app
def inbox(app: AppContext, *, channel: Channel | None, since_ns: int, limit: int, as_json: bool) -> None:
    """Show what would have been sent, as its channel gets it.

    The oldest is first. Channels that the settings set up (alerts.*) get what is theirs, and the inbox the rest.
    """
    from phoenix_dev.render.alerts import deliveries_json, delivery_lines
    from phoenix_dev.usecases.alerts import delivered

    out = app.output
    found = delivered(app.stores(), since_ns, channel)
    newest = found[-limit:]
    if as_json:
        out.json(deliveries_json(newest, truncated=len(newest) < len(found)))
        return
    for one in newest:
        out.lines(delivery_lines(one, width=out.width, clip=out.clip))
    if len(newest) < len(found):
        out.talk(f"older ones left out: {len(found) - limit}; --limit {len(found)} shows all")
    elif not found:
        out.talk(f"nothing came to the inbox{further_back(since_ns)}")


@alerts.command(examples=["phoenix-dev alerts test", "phoenix-dev alerts test --timeout 60 --json"])
@timeout_option
@click.option("--yes", is_flag=True, help="Do not ask, although people are told.")
@runtime_option
@json_option
@pass_app
def test(app: AppContext, *, timeout: float, yes: bool, as_json: bool) -> None:
    """Send an alert of each severity and wait until it arrives.

    The exit status is 4 when one did not in time.
    """
    from phoenix_dev.render.alerts import arrival_line, arrivals_json
    from phoenix_dev.usecases.try_alerts import try_alerts

    sender, stores, out = app.alert_sender(), app.stores(), app.output
    app.runtime().endpoints()  # a stack that does not run says so
    if not yes:
        _ask(sender)
    out.talk(f"one of each severity goes its way, held for {app.settings.alerts.group_wait} (alerts.group_wait)")
    arrivals = []
    for arrival in try_alerts(stores.alerts, sender, timeout):
        arrivals.append(arrival)
        if not as_json:
            out.lines([arrival_line(arrival, width=out.width, clip=out.clip)])
    if as_json:
        out.json(arrivals_json(arrivals))
    if missing := [one.severity for one in arrivals if one.took_ns is None]:
        raise ExpectationFailed(
            f"of {', '.join(missing)} nothing arrived within {timeout:g} s", hint="phoenix-dev status"
        )


@alerts.command(examples=["phoenix-dev alerts summary daily", "phoenix-dev alerts summary weekly --json"])
@click.argument("report", type=click.Choice(REPORTS))
@timeout_option
@runtime_option
@json_option
@pass_app
def summary(app: AppContext, *, report: Report, timeout: float, as_json: bool) -> None:
    """Send the mail about the last day or week now, and show it.

    By itself it is sent every day at seven, and every Monday.
    """
    from phoenix_dev.render.alerts import arrival_json
    from phoenix_dev.render.text import escape
    from phoenix_dev.usecases.summarize import send_summary

    sender, at, out = app.alert_sender(), app.runtime().endpoints(), app.output
    dashboards = at.grafana or at.alertmanager
    sent = send_summary(app.stores(), sender, report, app.settings.project, dashboards, timeout)
    if as_json:
        out.json({"subject": sent.made.subject, "text": sent.made.text, **arrival_json(sent.arrival)})
    else:
        out.lines(escape(line) for line in sent.made.text.splitlines())
    if sent.arrival.took_ns is None:
        raise ExpectationFailed(f"the mail did not arrive within {timeout:g} s", hint="phoenix-dev status")
    out.talk("the mail server took it" if sent.arrival.real else "it lies in the inbox: phoenix-dev alerts inbox")


def _states(app: AppContext, stores: Stores) -> Rules:
    """Raises NotReady where nothing says how they stand now; of a stack that does not run it says that."""
    from phoenix_dev.usecases.alerts import alert_states

    try:
        return alert_states(stores)
    except NotReady:
        app.runtime().endpoints()
        raise


def _ask(sender: AlertSender) -> None:
    """Raises UsageError where people would be told and nobody can be asked, click.Abort where the user says no."""
    from phoenix_dev.usecases.try_alerts import paged

    channels = " and ".join(paged(sender))
    if not channels:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            f"{channels} would tell people, and there is no terminal to ask on", hint="phoenix-dev alerts test --yes"
        )
    click.confirm(f"Tell people by {channels}?", abort=True, err=True)
