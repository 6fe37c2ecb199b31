"""Parts of the stack that are stopped or paused on purpose, to see what is told of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady, UsageError
from phoenix_dev.runtime.compose.parts import PARTS

if TYPE_CHECKING:
    from phoenix_dev.runtime.compose.containers import Containers
    from phoenix_dev.runtime.compose.parts import Part
    from phoenix_dev.runtime.protocol import Disturbance

_HINT = "phoenix-dev chaos --list"


@dataclass(frozen=True, slots=True)
class Disturbing:
    """Of one project's parts."""

    containers: Containers

    def disturb(self, part: str, how: Disturbance) -> None:
        """See Runtime. Raises NotReady for a part that does not run."""
        service = _known(part).service
        if not self.containers.tell(service, "stop" if how == "stop" else "pause"):
            raise NotReady(f"{_known(part).title} does not run", hint="phoenix-dev status")

    def undo(self, part: str, how: Disturbance) -> None:
        """See Runtime."""
        self.containers.tell(_known(part).service, "start" if how == "stop" else "unpause")


def _known(name: str) -> Part:
    for part in PARTS:
        if name in (part.name, part.service):
            return part
    raise UsageError(f"the stack has no part '{name}'; it has {', '.join(part.name for part in PARTS)}", hint=_HINT)
