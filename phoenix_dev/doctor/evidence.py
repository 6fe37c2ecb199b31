"""What a report for an issue holds beside the findings: versions, and the last words of the parts that are not well."""

from __future__ import annotations

import platform
import shutil
from typing import TYPE_CHECKING

from phoenix_dev import __version__
from phoenix_dev.doctor.docker_engine import compose_version
from phoenix_dev.doctor.embedded import tail
from phoenix_dev.doctor.examination import Skip
from phoenix_dev.errors import NotReady
from phoenix_dev.model.finding import Severity
from phoenix_dev.runtime.compose.containers import Containers
from phoenix_dev.runtime.compose.parts import PARTS
from phoenix_dev.runtime.embedded.engine_log import LOG_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from phoenix_dev.doctor.docker import Docker
    from phoenix_dev.doctor.patient import Patient
    from phoenix_dev.model.finding import Finding

LINES = 20


def versions(docker: Docker) -> Mapping[str, str]:
    """Of everything that an issue may depend on; what is not there says so."""
    command = shutil.which("docker")
    try:
        compose = compose_version(command) if command else ""
    except Skip:
        compose = "does not answer"
    return {
        "phoenix-dev": __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(),
        "Docker engine": _docker_engine(docker),
        "docker compose": compose or "not there",
    }


def last_lines(patient: Patient, findings: Iterable[Finding]) -> Mapping[str, tuple[str, ...]]:
    """Of each part that has a warning or an error, as it wrote them."""
    unwell = {finding.check for finding in findings if finding.severity >= Severity.WARNING}
    if patient.runtime() == "embedded":
        lines = tail(patient.home / LOG_FILE)[-LINES:]
        return {"engine": tuple(lines)} if unwell and lines else {}
    if patient.record is None or not patient.docker.answers:
        return {}
    containers = Containers(patient.docker.engine(), patient.settings.project)
    about = {"queue": "collector", "refused": "collector"}
    names = {about.get(name, name) for name in unwell}
    said = {part.name: _said(containers, part.service) for part in PARTS if part.name in names}
    return {name: lines for name, lines in said.items() if lines}


def _said(containers: Containers, service: str) -> tuple[str, ...]:
    try:
        lines = containers.last_lines(service, 4 * LINES)
    except NotReady:
        return ()
    # The collector adds a stack trace of Go to each of its errors.
    return tuple(line for line in lines if not line.startswith(("\t", "go.")))[-LINES:]


def _docker_engine(docker: Docker) -> str:
    try:
        version = docker.version()
    except NotReady as error:
        return error.message
    return f"{version['Version']}, API {version['ApiVersion']}, {version.get('Os', '')}/{version.get('Arch', '')}"
