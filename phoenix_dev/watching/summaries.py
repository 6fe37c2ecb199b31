"""The daily and the weekly mail, made when they are due by a thread of its own: a question about a week takes time."""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from phoenix_dev.inbox.schedule import Schedule
from phoenix_dev.inbox.summary import Summary, summary
from phoenix_dev.promql import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from phoenix_dev.inbox.summary import Report
    from phoenix_dev.promql.source import SeriesSource

#: How often it is looked what is due (seconds): clocks may be set meanwhile.
_LOOK_S = 30.0
#: A mail that was being made when this process was killed was not sent: it is made again for so long (seconds).
_AGAIN_S = 86_400.0


class Summaries:
    """Of a project, over a source that nobody else uses. What was sent is remembered in `home`; `page` is named in the
    mails.

    A mail counts as sent when whoever took it (`made`) says that it is `kept`: until then a kill makes it due again.
    """

    def __init__(self, project: str, home: Path, source: SeriesSource, page: str, say: Callable[[str], None]) -> None:
        self._project = project
        self._source = source
        self._page = page
        self._say = say
        self._schedule = Schedule(home, self._make, again_s=_AGAIN_S)
        self._made: SimpleQueue[tuple[Summary, threading.Event]] = SimpleQueue()
        self._taken: list[threading.Event] = []

    def start(self) -> None:
        """Begin; it ends with the process."""
        threading.Thread(target=self._look_again_and_again, name="summaries", daemon=True).start()

    def made(self) -> Iterator[Summary]:
        """What was made since the last time."""
        while True:
            try:
                made, kept = self._made.get_nowait()
            except Empty:
                return
            self._taken.append(kept)
            yield made

    def kept(self) -> None:
        """What was taken outlives this process."""
        while self._taken:
            self._taken.pop().set()

    def look(self) -> None:
        """Make what is due, and wait until it is kept. What cannot be made is due the next time."""
        try:
            self._schedule.send_what_is_due()
        except Exception as error:  # noqa: BLE001 - the next time may go well, and nobody else would try
            self._say(f"a summary was not made: {error or type(error).__name__}")

    def _look_again_and_again(self) -> None:
        while True:
            self.look()
            time.sleep(_LOOK_S)

    def _make(self, report: Report, due: float, _: float) -> None:
        def ask(expression: str) -> list[tuple[Mapping[str, str], float]]:
            found = evaluate.at(self._source, expression, round(due * 1000))
            return [(one.labels, one.samples[-1][1]) for one in found]

        kept = threading.Event()
        self._made.put((summary(report, self._project, due, ask, self._page), kept))
        kept.wait()
