"""`phoenix-dev doctor`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.errors import UsageError
from phoenix_dev.model.finding import worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.doctor.patient import Patient
    from phoenix_dev.model.finding import Finding


@command(examples=["phoenix-dev doctor", "phoenix-dev doctor --json", "phoenix-dev doctor --report > report.md"])
@click.option("--report", is_flag=True, help="Print Markdown for an issue: look it through before you post it.")
@runtime_option
@json_option
@pass_app
@click.pass_context
def doctor(ctx: click.Context, app: AppContext, *, report: bool, as_json: bool) -> None:
    """Check the machine and the stack; each finding has a fix to run.

    The exit status is 1 when a finding is an error.
    """
    from phoenix_dev.doctor.patient import Patient
    from phoenix_dev.doctor.project import examinations_of
    from phoenix_dev.usecases.doctor import diagnose

    if report and as_json:
        raise UsageError("--report and --json exclude each other", hint="phoenix-dev doctor --report")
    patient = Patient(app.home, app.settings, app.stores)
    found = (replace(one, fix=app.output.again(one.fix)) for one in diagnose(examinations_of(patient)))
    findings = tuple(found) if report or as_json else tuple(_told(app, found))
    if report:
        _report(app, patient, findings)
    elif as_json:
        from phoenix_dev.render.doctor import findings_json

        app.output.json(findings_json(findings))
    else:
        from phoenix_dev.render.doctor import summary_line

        app.output.lines([summary_line(findings)])
    ctx.exit(worst(findings).exit_status)


def _told(app: AppContext, found: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, each printed as it comes."""
    from phoenix_dev.render.doctor import finding_lines

    for finding in found:
        app.output.lines(finding_lines(finding, width=app.output.width if app.output.clip else None))
        yield finding


def _report(app: AppContext, patient: Patient, findings: tuple[Finding, ...]) -> None:
    from phoenix_dev.doctor.evidence import last_lines, versions
    from phoenix_dev.render.doctor import report_lines
    from phoenix_dev.usecases.configuration import effective_values
    from phoenix_dev.usecases.doctor import make_report

    told = make_report(
        findings, versions(patient.docker), effective_values(app.settings), app.runtime(), last_lines(patient, findings)
    )
    app.output.lines(report_lines(told))
