"""The faults that stand, as a service of the demo sees them: read anew when what runs was written down anew."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from phoenix_dev.demo import state
from phoenix_dev.demo.faults import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.demo.faults import Fault, ServiceFault, StandingFault


class StandingFaults:
    """Those of the demo whose folder this is. To ask costs a look at the file's time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._version: tuple[int, int] | None = None
        self._faults: tuple[StandingFault, ...] = ()
        self._turn = 0

    def of_service(self, service: str, fault: ServiceFault) -> bool:
        """Whether a service has a fault."""
        return any(one.name == fault and one.service == service for one in self._now())

    def of_request(self) -> Fault:
        """The fault of a request that does not say itself what goes wrong in it: each that stands in its turn, empty
        when none does.
        """
        names = {one.name for one in self._now()}
        standing = [fault for fault in FAULTS if fault in names]
        if not standing:
            return ""
        with self._lock:
            self._turn += 1
            return standing[self._turn % len(standing)]

    def _now(self) -> tuple[StandingFault, ...]:
        try:
            written = state.file_in(self._folder).stat()
        except OSError:
            return ()
        version = (written.st_ino, written.st_mtime_ns)
        if version != self._version:
            found = state.read(self._folder)
            self._faults, self._version = found.faults if found else (), version
        return self._faults
