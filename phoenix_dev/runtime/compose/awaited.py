"""Parts that were started, asked until each answers."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.runtime.compose.readiness import why_not_ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phoenix_dev.runtime.compose.containers import ContainerFacts, Containers
    from phoenix_dev.runtime.compose.parts import Part
    from phoenix_dev.runtime.protocol import Listener

#: How many lines of a part that failed are shown.
LINES = 8
_PROBE_S = 1.0
_POLL_S = 0.05
#: How often it is looked whether a part that does not answer has ended (seconds).
_LOOK_S = 1.0
#: What a part on the host says of a port that it cannot have.
_IN_USE = "address already in use"


@dataclass(frozen=True, slots=True)
class Awaited:
    """The parts of a stack that listen on these ports, by name; the listener is told of each."""

    containers: Containers
    ports: Mapping[str, int]
    listener: Listener

    def failures(self, parts: Sequence[Part], started_at: float, deadline: float) -> Mapping[Part, str]:
        """Ask all parts at once until each answers: those that do not, and why."""
        failed: dict[Part, str] = {}
        over = threading.Event()
        pool = ThreadPoolExecutor(len(parts))
        try:
            waiting = {pool.submit(self._failure, part, deadline, over): part for part in parts}
            for done in as_completed(waiting):
                part, why = waiting[done], done.result()
                if why:
                    failed[part] = why
                    lines = self.containers.last_lines(part.service, LINES)
                    self.listener.failed(part.name, why, lines)
                else:
                    self.listener.ready(part.name, time.monotonic() - started_at)
        finally:
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)
        return failed

    def lost_ports(self, failed: Iterable[Part]) -> frozenset[int]:
        """Ports of parts on the host that somebody else took after they were chosen: of those Docker knows nothing."""
        return frozenset(
            self.ports[port.name]
            for part in failed
            if part.on_host and _IN_USE in "".join(self.containers.last_lines(part.service, LINES))
            for port in part.ports
        )

    def _failure(self, part: Part, deadline: float, over: threading.Event) -> str:
        """Why a part does not answer in time, or never will; empty once it does."""
        look = time.monotonic() + _LOOK_S
        while why := why_not_ready(part, self.ports, _PROBE_S):
            now = time.monotonic()
            if now > look:
                facts = self._facts(part)
                if facts is None or facts.given_up:
                    return f"its container {facts.name} {facts.why}" if facts else "it has no container"
                look = now + _LOOK_S
            if now > deadline or over.is_set():
                return f"it {why}"
            time.sleep(_POLL_S)
        return ""

    def _facts(self, part: Part) -> ContainerFacts | None:
        return self.containers.facts().get(part.service)
