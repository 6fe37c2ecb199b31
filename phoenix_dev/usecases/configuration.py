"""`config`: every setting with its value and where that came from."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from phoenix_dev.model.setting import EffectiveValue
from phoenix_dev.settings import RunEntry, ThresholdEntry
from phoenix_dev.signals.durations import written
from phoenix_dev.signals.indicator import Indicator

if TYPE_CHECKING:
    from phoenix_dev.model.setting import ShownValue
    from phoenix_dev.settings import Settings
    from phoenix_dev.settings.keys import Entry, Value


def effective_values(settings: Settings) -> tuple[EffectiveValue, ...]:
    """Every setting that exists, in the order of the documentation."""
    return tuple(
        EffectiveValue(name, _plain(settings.value(name)), str(origin)) for name, origin in settings.origins.items()
    )


def _plain(value: Value) -> ShownValue:
    if not isinstance(value, tuple):
        return value
    return [item if isinstance(item, str) else _entry(item) for item in value]


def _entry(entry: Entry) -> dict[str, object]:
    match entry:
        case RunEntry():
            return {"name": entry.name, "command": list(entry.argv), "dir": entry.dir, "env": dict(entry.env)}
        case ThresholdEntry():
            return {"indicator": entry.indicator, **dict(entry.bounds)}
        case Indicator():
            return _indicator(entry)
        case str():
            return {"text": entry}
    return {one.name: getattr(entry, one.name) for one in fields(entry)}


def _indicator(entry: Indicator) -> dict[str, object]:
    levels = {
        one.severity: f"{one.bound:g}" + (f" for {written(one.for_s)}" if one.for_s else "") for one in entry.levels
    }
    return {
        "name": entry.name,
        "expression": entry.expression,
        "above" if entry.above else "below": levels,
        "unit": entry.unit,
        "labels": list(entry.labels),
        "summary": entry.summary,
    }
