"""Requests to the demo without an end, in which something can begin to go wrong, and cease to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from phoenix_dev.demo.catalogue import TOOL_NAMES
from phoenix_dev.demo.scenario import scenario_of
from phoenix_dev.demo.traffic import TrafficPlan, send
from phoenix_dev.errors import PhoenixDevError

if TYPE_CHECKING:
    from types import TracebackType

    from phoenix_dev.demo.scenario import Scenario
    from phoenix_dev.demo.state import DemoSystem
    from phoenix_dev.drilling.fault import Requests

_ENDLESS = 10**9
#: Slow ones must not keep others from being sent.
_CONCURRENCY = 32


@dataclass(slots=True)
class _Now:
    """What goes wrong at this moment, and since which request."""

    wrong: Requests | None = None
    first: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class _ChangingPlan(TrafficPlan):
    """Every request uses a tool, so that of each service the same part goes wrong."""

    now: _Now = field(default_factory=_Now)

    def scenario(self, index: int) -> Scenario:
        """See TrafficPlan."""
        self.now.asked, wrong = index, self.now.wrong
        turn, left = divmod(index - self.now.first, wrong.every) if wrong else (0, 1)
        faulty = wrong is not None and not left
        found = scenario_of(self.seed, index, wrong.faults[turn % len(wrong.faults)] if faulty and wrong else "")
        found = replace(found, tool=found.tool or TOOL_NAMES[0])
        return replace(found, llm_ms=wrong.llm_ms) if faulty and wrong and wrong.llm_ms else found


class Traffic:
    """Sends until it is closed, on threads of its own. `trouble` is why it has ended before."""

    def __init__(self, system: DemoSystem, rate: float, seed: int) -> None:
        self._system = system
        self._plan = _ChangingPlan(seed=seed, count=_ENDLESS, rate=rate, concurrency=_CONCURRENCY)
        self._over = Event()
        self.trouble: PhoenixDevError | None = None
        self._thread = Thread(target=self._send, name="traffic", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def go_wrong(self, wrong: Requests) -> None:
        """From the next request on."""
        now = self._plan.now
        now.first, now.wrong = now.asked + 1, wrong

    def go_well(self) -> None:
        """From the next request on."""
        self._plan.now.wrong = None

    def _send(self) -> None:
        sending = send(self._system, self._plan)
        try:
            for _ in sending:
                if self._over.is_set():
                    break
        except PhoenixDevError as error:
            self.trouble = error
        finally:
            try:
                sending.close()
            except PhoenixDevError as error:
                self.trouble = self.trouble or error
