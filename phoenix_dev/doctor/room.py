"""Is there room: on the disk of the state folder, on that of the Docker engine, and in memory?"""

from __future__ import annotations

import os
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.model.amount import size
from phoenix_dev.model.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from phoenix_dev.doctor.docker import Docker

#: Below these (bytes) nothing can be kept any more, or only for a while.
DISK_ERROR = 200_000_000
DISK_WARNING = 2_000_000_000
#: What a runtime needs to start and to work with a developer's load (bytes): the limits of the containers allow more,
#: but idle they take 123 MiB and under load less than a gigabyte; the embedded engine takes 60 to 100 MB.
MEMORY = {"compose": 1_000_000_000, "embedded": 150_000_000}


def disk(folders: Sequence[Path]) -> Iterator[Finding]:
    """Room on the file system of each folder (of its nearest parent that exists)."""
    for folder in _one_a_file_system(folders):
        found = os.statvfs(folder)
        free = found.f_bavail * found.f_frsize
        if free >= DISK_WARNING:
            yield Finding("disk", Severity.OK, f"{size(free)} free", str(folder))
            continue
        severity = Severity.ERROR if free < DISK_ERROR else Severity.WARNING
        fix = "docker system df" if "docker" in folder.parts else f"df -h {quote(str(folder))}"
        yield Finding("disk", severity, f"only {size(free)} are free", str(folder), fix)


def docker_folders(docker: Docker) -> tuple[Path, ...]:
    """Where a Docker engine keeps images and volumes, if that is a folder of this machine."""
    from pathlib import Path

    if not docker.answers:
        return ()
    try:
        root = Path(str(docker.info().get("DockerRootDir") or ""))
    except NotReady:
        return ()
    return (root,) if root.is_absolute() and os.path.isdir(root) else ()


def memory(runtime: str, docker: Docker, *, runs: bool) -> Iterator[Finding]:
    """`runs`: the stack has its share already. A Docker engine in a virtual machine has less than this machine."""
    import psutil

    needed = MEMORY[runtime]
    total = _docker_total(docker) if runtime == "compose" else 0
    free = psutil.virtual_memory().available
    if 0 < total < 2 * needed:
        what = f"the Docker engine has {size(total)} of memory in all, and the stack wants {size(2 * needed)}"
        yield Finding("memory", Severity.WARNING, what, fix="phoenix-dev up --without grafana")
    elif free < (needed // 4 if runs else needed):
        what = f"only {size(free)} of memory are free; the {runtime} runtime wants {size(needed)}"
        yield Finding("memory", Severity.WARNING, what, fix="ps aux --sort=-rss | head")
    else:
        yield Finding("memory", Severity.OK, f"{size(free)} of memory free")


def nearest_existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next((one for one in (folder, *folder.parents) if os.path.isdir(one)), folder)


def _docker_total(docker: Docker) -> int:
    try:
        return int(docker.info().get("MemTotal") or 0) if docker.answers else 0
    except NotReady:
        return 0


def _one_a_file_system(folders: Sequence[Path]) -> Iterator[Path]:
    seen: set[int] = set()
    for folder in map(nearest_existing, folders):
        device = folder.stat().st_dev
        if device not in seen:
            seen.add(device)
            yield folder
