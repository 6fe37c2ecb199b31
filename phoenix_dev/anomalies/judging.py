"""What of the counts is not explained by what came before: findings, the most telling first.

Three questions a template: is it new, has it vanished, does it come more or less often than its past leads to expect?
A whole service that has begun, ended or changed its pace is one finding; of its templates only those are further ones
that did not just go along.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import log2
from statistics import median
from typing import TYPE_CHECKING

from phoenix_dev.anomalies.counting import Tally
from phoenix_dev.anomalies.rhythm import missed, period_of
from phoenix_dev.anomalies.surprise import bits_of_fewer, bits_of_more, size_of
from phoenix_dev.anomalies.words import text_of
from phoenix_dev.model.anomaly import Anomaly
from phoenix_dev.model.log import ERROR_SEVERITY, level_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phoenix_dev.anomalies.counting import Group
    from phoenix_dev.anomalies.templates import Words
    from phoenix_dev.anomalies.window import Window
    from phoenix_dev.model.anomaly import AnomalyKind

#: Of a hundred looks at what is not unusual, less than one finds something all the same.
_CHANCE_BITS = 7.0
#: A new line below WARN is told of only if it is so surprising that it is new.
_LEAST_NEW = 2.0
#: More bits than this say no more: what is certain is ordered by how much it matters.
MOST_BITS = 40.0
#: What an error, and a warning, is worth when it is new or comes more often (bits): any new error comes before any line
#: that is none.
_ERROR_BITS, _WARN_BITS = MOST_BITS, 15.0
_WARN_SEVERITY = 13
#: A service's pace is the median of those of its templates that have so many lines, if there are so many of them.
_PACED, _PACES = 8, 3
#: Within this factor a pace counts as the same.
_SAME_PACE = 1.5


@dataclass(frozen=True, slots=True)
class _Stream:
    """One template of a service and level, with its counts; all lines of a service where `words` are empty. `period`
    (ns) is 0 unless it comes regularly, `silence` is how surprising it is that it does no more (bits).
    """

    service: str
    severity: int
    words: Words
    tally: Tally
    before: int
    now: int
    period: int
    silence: float
    templates: int = 1


@dataclass(frozen=True, slots=True)
class _Pace:
    """How a service goes: how many times as fast as before, and whether all of it began or fell silent."""

    factor: float = 1.0
    begun: bool = False
    silent: bool = False


def anomalies_in(counted: Mapping[Group, Mapping[Words, Tally]], window: Window) -> list[Anomaly]:
    """The findings, by score. There are none where nothing came before the recent window."""
    first = min((min(tally.slots) for group in counted.values() for tally in group.values()), default=window.before)
    if first >= window.before:
        return []
    streams = [
        _stream(service, 4 * level - 3 if level else 0, words, tally, window)
        for (service, level), group in counted.items()
        for words, tally in group.items()
    ]
    found = list(_Judge(window, first, streams).findings())
    return sorted(found, key=lambda one: (-one.score, -one.surprise, one.service, one.level, one.template))


def _stream(service: str, severity: int, words: Words, tally: Tally, window: Window, templates: int = 1) -> _Stream:
    before = sum(count for slot, count in tally.slots.items() if slot < window.before)
    total = tally.total
    period = period_of(tally, window) if words else 0
    # Each missing beat is as unlikely as one of those that were there would have been, beside these.
    silence = max(0, missed(tally, period, window) - 1) * log2(total + 2) if period else 0.0
    return _Stream(service, severity, words, tally, before, total - before, period, silence, templates)


class _Judge:
    """Judges all streams of one look. `first` is the first slot in which anything came: before it there is no past."""

    def __init__(self, window: Window, first: int, streams: Sequence[_Stream]) -> None:
        self._window = window
        self._first = first
        self._past = window.before - first
        self._streams = streams
        self._least = _CHANCE_BITS + log2(len(streams) + 1)
        #: How many templates of a service come as often, all in all: so many have the chance to be new.
        self._alike = Counter((stream.service, stream.before + stream.now) for stream in streams)

    def findings(self) -> Iterator[Anomaly]:
        """Service by service."""
        by_service: dict[str, list[_Stream]] = {}
        for stream in self._streams:
            by_service.setdefault(stream.service, []).append(stream)
        for service, streams in by_service.items():
            heard = max(stream.tally.last_ns for stream in streams)
            pace = _Pace()
            if len(streams) >= _PACES:
                whole = _whole(service, streams, self._window)
                pace = self._pace(whole, streams, heard)
                yield from self._of_service(whole, streams, pace)
            for stream in streams:
                yield from self._of_template(stream, pace, heard)

    def _pace(self, whole: _Stream, streams: Sequence[_Stream], heard: int) -> _Pace:
        if not whole.before or not whole.now:
            return _Pace(begun=not whole.before, silent=not whole.now)
        silent = any(one.silence and heard - one.tally.last_ns <= one.period for one in streams)
        known = [one for one in streams if one.before + one.now >= _PACED]
        if silent or len(known) < _PACES:
            return _Pace(silent=silent)
        factor = median((one.now + 0.5) / (self._expected(one) + 0.5) for one in known)
        return _Pace(1.0 if 1 / _SAME_PACE < factor < _SAME_PACE else factor)

    def _of_service(self, whole: _Stream, streams: Sequence[_Stream], pace: _Pace) -> Iterator[Anomaly]:
        kind: AnomalyKind = "more" if pace.factor > 1 else "fewer"
        if pace.begun:
            yield self._anomaly("new", whole, self._more(whole))
        elif pace.silent:
            steadiest = max(streams, key=lambda one: one.silence)
            bits = max(self._fewer(whole), steadiest.silence)
            if bits >= self._least:
                yield self._anomaly("vanished", replace(whole, period=steadiest.period), bits)
        elif pace.factor != 1:
            bits = self._more(whole) if kind == "more" else self._fewer(whole)
            if bits >= self._least:
                yield self._anomaly(kind, whole, bits)

    def _of_template(self, stream: _Stream, pace: _Pace, heard: int) -> Iterator[Anomaly]:
        if not stream.before:
            bits = self._more(stream, pace.factor) - log2(self._alike[stream.service, stream.now])
            if stream.severity >= _WARN_SEVERITY or (bits >= _LEAST_NEW and not pace.begun):
                yield self._anomaly("new", stream, max(0.0, bits))
        elif stream.silence >= self._least and heard - stream.tally.last_ns > stream.period:
            yield self._anomaly("vanished", stream, stream.silence)
        elif (bits := min(self._more(stream), self._more(stream, pace.factor))) >= self._least:
            yield self._anomaly("more", stream, bits)
        elif not pace.silent:
            bits = min(self._fewer(stream), self._fewer(stream, pace.factor))
            if bits >= self._least:
                yield self._anomaly("fewer" if stream.now else "vanished", stream, bits)

    def _more(self, stream: _Stream, factor: float = 1.0) -> float:
        return bits_of_more(stream.now, stream.before, *self._weights(stream, factor))

    def _fewer(self, stream: _Stream, factor: float = 1.0) -> float:
        return bits_of_fewer(stream.now, stream.before, *self._weights(stream, factor))

    def _weights(self, stream: _Stream, factor: float) -> tuple[float, float]:
        """Of the recent window and of the past, as sizes of their negative binomials; at another pace the recent one
        is as if it were longer.
        """
        recent, past = self._window.recent, self._past
        counts = [stream.tally.slots[slot] for slot in range(self._first, self._window.before)]
        size = size_of(counts, recent) * (recent + past) / (recent * factor + past)
        return recent * factor * size, past * size

    def _expected(self, stream: _Stream) -> float:
        return stream.before * self._window.recent / self._past

    def _anomaly(self, kind: AnomalyKind, stream: _Stream, bits: float) -> Anomaly:
        tally, slots = stream.tally, range(self._first, self._window.before + self._window.recent)
        return Anomaly(
            kind=kind,
            service=stream.service,
            level=level_of(stream.severity),
            template=text_of(stream.words),
            templates=stream.templates,
            before=stream.before,
            now=stream.now,
            expected=self._expected(stream),
            slots=tuple(tally.slots[slot] for slot in slots),
            surprise=bits,
            score=min(bits, MOST_BITS) + _worth(kind, stream.severity),
            period_ns=stream.period,
            first_ns=tally.first_ns,
            last_ns=tally.last_ns,
            example=tally.line(stream.service),
        )


def _whole(service: str, streams: Sequence[_Stream], window: Window) -> _Stream:
    tally = Tally()
    for stream in streams:
        tally.merge(stream.tally)
    return _stream(service, 0, (), tally, window, len(streams))


def _worth(kind: AnomalyKind, severity: int) -> float:
    """An error that comes no more is no trouble."""
    if kind in ("vanished", "fewer"):
        return 0.0
    return _ERROR_BITS if severity >= ERROR_SEVERITY else _WARN_BITS if severity >= _WARN_SEVERITY else 0.0
