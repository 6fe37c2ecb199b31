"""What to run when a part of the stack does not start, by what it said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.runtime.catalogue import PROMETHEUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.runtime.catalogue import Part


def remedy(part: Part, project: str, container: str, last_lines: Sequence[str], registry: str) -> str:
    """A command: one that mends what the last lines complain of where that is known, else one that shows more."""
    said = "\n".join(last_lines).lower()
    if "permission denied" in said or "operation not permitted" in said:
        # Prometheus' image is the one of the stack that is always there and has a chown.
        return (
            f"docker run --rm --user 0 --volume {project}_{part.volume}:/data --entrypoint /bin/chown "
            f"{PROMETHEUS.image_from(registry)} -R {part.user} /data && phoenix-dev up"
        )
    if "no space left on device" in said:
        return "docker system df"
    return f"docker logs {container}"
