"""What must be asked for over the network: the health of services, and the engine. A thread of its own asks, so that
nobody who answers slowly holds up the counting.
"""

from __future__ import annotations

import threading
import time
from array import array
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from phoenix_dev.scraping.targets import read_targets
from phoenix_dev.watching.engine import ENGINE_SERIES, UP_SERIES, engine_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    #: Labels, which are the same object each time; time (Unix ms); values.
    Answer = tuple[Sequence[Mapping[str, str]], int, array[float]]

_HEALTH = "phoenix_health_status"


@dataclass(slots=True)
class Poller:
    """Asks the services of a state folder, and the engine at `endpoint`, every so many seconds."""

    home: Path
    endpoint: str
    interval_s: float
    say: Callable[[str], None]
    _answers: SimpleQueue[Answer] = field(default_factory=SimpleQueue)
    _health_series: dict[tuple[str, str], Sequence[Mapping[str, str]]] = field(default_factory=dict)

    def start(self) -> None:
        """Begin; it ends with the process."""
        threading.Thread(target=self._ask_again_and_again, name="polling", daemon=True).start()

    def answers(self) -> Iterator[Answer]:
        """What has come since the last time."""
        while True:
            try:
                yield self._answers.get_nowait()
            except Empty:
                return

    def _ask_again_and_again(self) -> None:
        due = time.monotonic()
        while True:
            try:
                self._ask()
            except Exception as error:  # noqa: BLE001 - the next time may go well, and nobody else would try
                self.say(f"health was not asked for: {type(error).__name__}: {error}")
            due = max(due + self.interval_s, time.monotonic())
            time.sleep(due - time.monotonic())

    def _ask(self) -> None:
        values = engine_values(self.endpoint)
        now_ms = time.time_ns() // 10**6
        self._answers.put((UP_SERIES, now_ms, array("d", [0.0 if values is None else 1.0])))
        if values is not None:
            self._answers.put((ENGINE_SERIES, now_ms, values))
        for key, healthy in self._health().items():
            labels = {"__name__": _HEALTH, "service_name": key[0], "endpoint": key[1]}
            series = self._health_series.setdefault(key, (labels,))
            self._answers.put((series, now_ms, array("d", [float(healthy)])))

    def _health(self) -> dict[tuple[str, str], bool]:
        """Whether an endpoint of a service is well: of a service that runs at several places, at all of them."""
        targets = read_targets(self.home)
        if not targets:
            return {}
        from phoenix_dev.usecases.health import ask_health  # brings the parser of metrics with it

        well: dict[tuple[str, str], bool] = {}
        asked = ask_health(targets)
        # Who was stopped on purpose meanwhile is not listed any more.
        still = {target.url for target in read_targets(self.home)}
        for found in (one for one in asked if one.url in still):
            for endpoint in found.endpoints:
                key = found.service, endpoint.name
                well[key] = well.get(key, True) and not endpoint.trouble
        return well
