"""What to run when a part of the stack does not start, by what it said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.runtime.compose.parts import PROMETHEUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.runtime.compose.parts import Part


def remedy(part: Part, project: str, container: str, last_lines: Sequence[str], registry: str) -> str:
    """A command: one that mends what the last lines complain of where that is known, else one that shows more."""
    said = "\n".join(last_lines).lower()
    if part.volume and ("permission denied" in said or "operation not permitted" in said):
        return f"{give_volume(f'{project}_{part.volume}', part.user, registry)} && phoenix-dev up"
    if "no space left on device" in said:
        return "docker system df"
    return f"docker logs {container}"


def give_volume(volume: str, user: str, registry: str) -> str:
    """The command that makes a volume, with all that is in it, a user's (`uid:gid`)."""
    # Of the images of the stack that are always there, only Prometheus' has a chown.
    image = PROMETHEUS.image_from(registry)
    return f"docker run --rm --user 0 --volume {volume}:/data --entrypoint /bin/chown {image} -R {user} /data"
