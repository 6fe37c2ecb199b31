"""Are the images here, and if not, can they be pulled?"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.runtime.compose.images import missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.doctor.docker import Docker
    from phoenix_dev.runtime.compose.parts import Part

#: Where Docker looks for an image that names no registry.
_DOCKER_HUB = "registry-1.docker.io"
_PATIENCE_S = 1.5
_MIRROR = "PHOENIX_DEV_IMAGES_REGISTRY=mirror.example:5000 phoenix-dev up"


def images(docker: Docker, parts: Sequence[Part], registry: str) -> Iterator[Finding]:
    """What `up` would pull, and whether the registry (empty: Docker Hub) can be reached."""
    docker_engine = docker.needed()
    by_image = {part.image_from(registry): part for part in parts}
    wanted = missing(docker_engine, tuple(by_image))
    where = registry or _DOCKER_HUB
    if not wanted:
        yield Finding("images", Severity.OK, f"all {len(by_image)} are here")
        return
    what = f"{', '.join(wanted)} {'is' if len(wanted) == 1 else 'are'} not here"
    if _goes_through_a_proxy(docker) or is_reachable(*address_of(where)):
        yield Finding("images", Severity.INFO, f"{what}; up will pull", where)
        return
    absent = [by_image[image] for image in wanted]
    what = f"{what}, and {where} cannot be reached"
    if any(part.core for part in absent):
        yield Finding("images", Severity.ERROR, f"{what}; images.registry names a mirror", where, _MIRROR)
    else:
        without = " ".join(f"--without {part.beside or part.name}" for part in absent)
        yield Finding("images", Severity.WARNING, what, where, f"phoenix-dev up {without}")


def address_of(registry: str) -> tuple[str, int]:
    """Host and port of a registry as it stands before an image's name."""
    host, _, port = registry.partition("/")[0].partition(":")
    return host, int(port) if port.isdigit() else 443


def is_reachable(host: str, port: int, patience_s: float = _PATIENCE_S) -> bool:
    """Whether somebody accepts there. Looking up a name cannot be bounded in time, so another thread does."""
    reached = threading.Event()

    def reach() -> None:
        try:
            socket.create_connection((host, port), timeout=patience_s).close()
        except OSError:
            return
        reached.set()

    thread = threading.Thread(target=reach, daemon=True)
    thread.start()
    thread.join(patience_s)
    return reached.is_set()


def _goes_through_a_proxy(docker: Docker) -> bool:
    """Docker's engine pulls, not this process: with a proxy of its own it may reach what is out of reach from here."""
    info = docker.info()
    return bool(info.get("HttpsProxy") or info.get("HttpProxy"))
