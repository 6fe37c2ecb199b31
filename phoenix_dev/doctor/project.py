"""Every examination there is, put together for a project: the machine first, then Docker, then the stack."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from phoenix_dev import __version__
from phoenix_dev.doctor import (
    clocks,
    docker_engine,
    embedded,
    folder,
    followed,
    images,
    parts,
    ports,
    queues,
    refused,
    room,
    sizes,
)
from phoenix_dev.doctor.docker import PATIENCE_S, name_of
from phoenix_dev.doctor.examination import Examination, Skip
from phoenix_dev.errors import NotReady
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.runtime.compose.containers import ContainerFacts, Containers
from phoenix_dev.runtime.compose.logs import SERVICE as LOG_FILES
from phoenix_dev.runtime.compose.parts import PARTS, PORTS, wanted_parts
from phoenix_dev.runtime.embedded.client import refusals_in
from phoenix_dev.runtime.folder import DATABASE
from phoenix_dev.runtime.followed import CONTAINERS, FILES, by_the_collector, by_the_reader
from phoenix_dev.runtime.ports import WantedPort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.doctor.patient import Patient
    from phoenix_dev.runtime.compose.parts import Part


def examinations_of(patient: Patient) -> tuple[Examination, ...]:
    """The examinations in the order in which they are told. Making them asks nothing; `look` does."""
    return (
        Examination("folder", partial(folder.state_folder, patient.home)),
        Examination("disk", partial(_disk, patient)),
        Examination("memory", partial(_memory, patient)),
        Examination(
            "docker", partial(_docker, patient), late=Severity.ERROR if patient.wants_docker else Severity.INFO
        ),
        Examination("compose", partial(_compose, patient)),
        Examination("images", partial(_images, patient)),
        Examination("ports", partial(_ports, patient)),
        Examination("stack", partial(_stack, patient)),
        *(Examination(part.name, partial(_part, patient, part)) for part in PARTS),
        Examination("owners", partial(_owners, patient)),
        Examination("engine", partial(_engine, patient)),
        Examination("log", partial(_log, patient)),
        Examination("store", partial(_store, patient)),
        *(Examination(name, partial(_followed, patient, name)) for name in (FILES, CONTAINERS)),
        Examination("queue", partial(_queue, patient)),
        Examination("refused", partial(_refused, patient)),
        Examination("clock", partial(_clock, patient)),
        # Docker engines add up the sizes of volumes by walking through them, which may take long and harms nobody.
        Examination("sizes", partial(_sizes, patient), late=Severity.SKIPPED),
    )


def _disk(patient: Patient) -> Iterator[Finding]:
    of_docker = room.docker_folders(patient.docker) if patient.runtime() == "compose" else ()
    return room.disk((patient.home, *of_docker))


def _memory(patient: Patient) -> Iterator[Finding]:
    return room.memory(patient.runtime(), patient.docker, runs=patient.runs)


def _docker(patient: Patient) -> Iterator[Finding]:
    _unless_embedded_is_named(patient)
    return docker_engine.usable(patient.docker, wanted=patient.wants_docker)


def _compose(patient: Patient) -> Iterator[Finding]:
    _unless_embedded_is_named(patient)
    return docker_engine.compose(patient.docker, wanted=patient.runtime() == "compose")


def _images(patient: Patient) -> Iterator[Finding]:
    settings = patient.on("compose")
    return images.images(patient.docker, _parts(patient), settings.images.registry)


def _ports(patient: Patient) -> Iterator[Finding]:
    if patient.runtime() == "embedded":
        return ports.ports(_of_the_engine(patient), _containers(patient))
    return ports.ports(_of_the_stack(patient), _containers(patient), hosts=("127.0.0.1",))


def _stack(patient: Patient) -> Iterator[Finding]:
    version = patient.stack().version
    if version == __version__:
        yield Finding("stack", Severity.OK, f"was started by this version, {version}")
    else:
        what = f"the stack was started by version {version}, this command is {__version__}"
        yield Finding("stack", Severity.INFO, what, fix="phoenix-dev up")


def _part(patient: Patient, part: Part) -> Iterator[Finding]:
    record = patient.stack()
    if part.name in record.without:
        raise Skip("it was left out")
    return parts.part(patient.docker, patient.settings.project, record, part)


def _owners(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    return parts.owners(patient.docker, settings.project, patient.stack(), settings.images.registry)


def _engine(patient: Patient) -> Iterator[Finding]:
    patient.on("embedded")
    return embedded.engine(patient.home, patient.answer())


def _log(patient: Patient) -> Iterator[Finding]:
    patient.on("embedded")
    return embedded.log(patient.home, patient.answer())


def _store(patient: Patient) -> Iterator[Finding]:
    patient.on("embedded")
    return embedded.store(patient.home)


def _followed(patient: Patient, name: str) -> Iterator[Finding]:
    if patient.runtime() == "embedded":
        record, _ = patient.answer().needed()
        return followed.followed(name, by_the_reader(patient.home, record.log_files, record.log_containers))
    stack = patient.stack()
    found = by_the_reader(patient.home, (), stack.log_containers)
    if name == FILES and stack.log_files:
        container = patient.docker.of_project(patient.settings.project).get(LOG_FILES)
        facts = ContainerFacts.of(name_of(container), patient.docker.details(container)) if container else None
        found.append(by_the_collector(stack.log_files, facts))
    return followed.followed(name, found)


def _queue(patient: Patient) -> Iterator[Finding]:
    if patient.runtime() == "embedded":
        _, facts = patient.answer().needed()
        return queues.engine_queue(int(facts.get("queued_bytes", 0)))
    return queues.collector_queues(patient.stack().endpoints.prometheus, patient.containers())


def _refused(patient: Patient) -> Iterator[Finding]:
    if patient.runtime() == "embedded":
        _, facts = patient.answer().needed()
        return refused.by_the_engine(refusals_in(facts))
    record = patient.stack()
    return refused.by_the_stack(record.endpoints.prometheus, patient.containers())


def _clock(patient: Patient) -> Iterator[Finding]:
    jumped = embedded.clock(patient.answer()) if patient.runtime() == "embedded" else ()
    found = [*jumped, *_docker_clock(patient), *_service_clocks(patient)]
    return iter(found or [Finding("clock", Severity.OK, "nobody's clock is off by more than two seconds")])


def _sizes(patient: Patient) -> Iterator[Finding]:
    keep = patient.settings.retention
    if patient.runtime() == "embedded":
        return sizes.store_file(sizes.of_store(patient.home), str(patient.home / DATABASE), keep)
    patient.stack()
    containers = Containers(patient.docker.engine(), patient.settings.project)
    return sizes.volumes(containers.volume_sizes(), keep)


def _unless_embedded_is_named(patient: Patient) -> None:
    if patient.settings.runtime == "embedded":
        raise Skip("the settings name the embedded runtime")


def _parts(patient: Patient) -> tuple[Part, ...]:
    return wanted_parts(patient.record.without if patient.record else ())


def _containers(patient: Patient) -> list[Any]:
    try:
        return list(patient.docker.containers()) if patient.docker.answers else []
    except NotReady:
        return []


def _of_the_stack(patient: Patient) -> list[ports.Usage]:
    has = patient.record.ports if patient.record else {}
    wanted = [port for part in _parts(patient) for port in part.ports]
    return [
        ports.Usage(WantedPort.of(patient.settings, port.name, port.what), has.get(port.name, 0)) for port in wanted
    ]


def _of_the_engine(patient: Patient) -> list[ports.Usage]:
    record = patient.answer().record if patient.runs else None
    has = {"otlp_http": record.http_port, "otlp_grpc": record.grpc_port, "ui": record.ui_port} if record else {}
    wanted = {port.name: port.what for port in PORTS if port.name.startswith("otlp")} | {"ui": "the page"}
    return [ports.Usage(WantedPort.of(patient.settings, name, what), has.get(name, 0)) for name, what in wanted.items()]


def _docker_clock(patient: Patient) -> Iterator[Finding]:
    if patient.runtime() != "compose" or not patient.docker.answers:
        return
    before = time.time_ns()
    asked = patient.docker.engine().ask("/info", PATIENCE_S)
    yield from clocks.docker_clock(str(asked["SystemTime"]), before, time.time_ns())


def _service_clocks(patient: Patient) -> Iterator[Finding]:
    if patient.runtime() == "compose":
        if patient.record is None or not patient.docker.answers:
            return
    elif not (patient.home / DATABASE).exists():
        return
    yield from clocks.services(patient.open_stores(), time.time_ns())
