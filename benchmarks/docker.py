"""Docker, as far as the figures of the real stack need it: whether it answers, memory, images as they come."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import subprocess
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose.docker_engine import resolve_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.bench import Bench
    from benchmarks.figure import Figure
    from phoenix_dev.runtime.compose.parts import Part

MIB = 2**20
_LABEL = "dev.phoenix.benchmark"
_UNITS = {"B": 1, "KiB": 2**10, "MiB": MIB, "GiB": 2**30}


def docker(*arguments: str) -> str:
    """What the docker command prints. Raises RuntimeError with what it says when it fails."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"docker {' '.join(arguments)}: {done.stderr.strip()[-500:]}")
    return done.stdout


def needs_docker(measure: Callable[[Bench], tuple[Figure, ...]]) -> Callable[[Bench], tuple[Figure, ...]]:
    """A part of the benchmarks that is left out, and says so, where no Docker engine answers."""

    @functools.wraps(measure)
    def part(bench: Bench) -> tuple[Figure, ...]:
        if why := _why_not():
            bench.say(f"{measure.__name__} is left out: {why}")
            return ()
        return measure(bench)

    return part


def memory(containers: Sequence[str]) -> int:
    """What some containers hold together, in bytes, without the files they have read."""
    printed = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", *containers)
    found = re.findall(r"^([\d.]+)([KMG]?i?B) /", printed, re.MULTILINE)
    if len(found) != len(containers):
        raise RuntimeError(f"docker stats told of {len(found)} containers, not of {len(containers)}: {printed}")
    return sum(round(float(number) * _UNITS[unit]) for number, unit in found)


@contextlib.contextmanager
def as_they_come(*wanted: tuple[Part, tuple[int, ...]]) -> Iterator[list[str]]:
    """Containers of the images of some parts, each with its own default configuration and these of its ports on
    loopback, for as long as the block lasts: their IDs.
    """
    mark = f"{_LABEL}={os.getpid()}"
    options = ("--detach", "--pull", "never", "--label", mark)
    try:
        started = []
        for part, ports in wanted:
            published = [word for port in ports for word in ("--publish", f"127.0.0.1::{port}")]
            started.append(docker("run", *options, *published, part.image).strip())
        yield started
    finally:
        # By their label: one may have been started and not have told its ID.
        if there := docker("ps", "--all", "--quiet", "--filter", f"label={mark}").split():
            docker("rm", "--force", "--volumes", *there)


def published_port(container: str, inside: int) -> int:
    """Where a port of a container is published on loopback."""
    return int(docker("port", container, f"{inside}/tcp").split()[0].rpartition(":")[2])


def _why_not() -> str:
    try:
        engine = resolve_engine()
    except NotReady as error:
        return error.message
    why = engine.why_not()
    return f"the Docker engine at {engine} {why}" if why else ""
