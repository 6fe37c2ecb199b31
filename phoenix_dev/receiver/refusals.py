"""Remembers what was turned away and why, so that `status` can tell. Bounded: what senders write here must not fill
the memory.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.model.refusal import Refusal

if TYPE_CHECKING:
    from phoenix_dev.model.refusal import Protocol

MOST_REASONS = 100
MOST_CHARACTERS = 300
MOST_SERVICES = 20
#: What differs from one refusal to the next for the same reason: numbers, and names in quotes.
_PARTICULARS = re.compile(r"""\d+|'[^']*'|"[^"]*\"""")


class Refusals:
    """The latest reasons, at most 100; the one that last happened longest ago gives way. One reason is told once
    whoever it concerns, in the words of the latest refusal. Safe to use from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, str], Refusal] = OrderedDict()

    def note(
        self,
        *,
        protocol: Protocol,
        signal: str,
        reason: str,
        time_ns: int,
        service: str = "",
        items: int = 0,
        peer: str = "",
    ) -> None:
        """Count one refused export. Texts longer than 300 characters are cut."""
        reason, service, peer = _bounded(reason), _bounded(service), _bounded(peer)
        key = (protocol, signal, _PARTICULARS.sub("", reason))
        one = Refusal(
            protocol, signal, reason, service, items, 1, time_ns, time_ns, peer, (service,) if service else ()
        )
        with self._lock:
            known = self._kept.pop(key, None)
            self._kept[key] = one if known is None else _together(known, one)
            if len(self._kept) > MOST_REASONS:
                self._kept.popitem(last=False)

    def snapshot(self) -> tuple[Refusal, ...]:
        """Everything remembered, the latest last."""
        with self._lock:
            return tuple(self._kept.values())


def _together(known: Refusal, latest: Refusal) -> Refusal:
    others = [name for name in known.services if name != latest.service]
    return replace(
        latest,
        items=known.items + latest.items,
        count=known.count + latest.count,
        first_ns=known.first_ns,
        services=(*others, *latest.services)[-MOST_SERVICES:],
    )


def _bounded(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
