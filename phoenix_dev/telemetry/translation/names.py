"""Names of metrics and labels as Prometheus spells them (OpenTelemetry specification, "Prometheus and OpenMetrics
Compatibility", OTLP metric points to Prometheus; Prometheus, translation_strategy UnderscoreEscapingWithSuffixes).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

#: A counter is a monotonic sum.
Kind = Literal["gauge", "counter", "other"]

_UNITS = {
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "By": "bytes",
    "KiBy": "kibibytes",
    "MiBy": "mebibytes",
    "GiBy": "gibibytes",
    "TiBy": "tibibytes",
    "KBy": "kilobytes",
    "MBy": "megabytes",
    "GBy": "gigabytes",
    "TBy": "terabytes",
    "m": "meters",
    "V": "volts",
    "A": "amperes",
    "J": "joules",
    "W": "watts",
    "g": "grams",
    "Cel": "celsius",
    "Hz": "hertz",
    "1": "",
    "%": "percent",
}
#: What stands behind a slash; an m there is a minute.
_PER = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_WORD = re.compile("[a-zA-Z0-9:]+")
_NO_WORD = re.compile("[^a-zA-Z0-9:]+")
_NOT_IN_LABEL = re.compile("[^a-zA-Z0-9_]")


#: Longer names (characters) are spelt anew each time: what is remembered of hostile ones would fill the memory.
_REMEMBERED = 256


def metric_name(name: str, unit: str, kind: Kind) -> str:
    """The name of a metric; empty for one that has none in Prometheus."""
    return (_metric_name if len(name) + len(unit) <= _REMEMBERED else _metric_name.__wrapped__)(name, unit, kind)


@lru_cache(maxsize=4096)
def _metric_name(name: str, unit: str, kind: Kind) -> str:
    words = _WORD.findall(name)
    words += _unit_words(unit, words)
    if kind == "counter":
        words = [word for word in words if word != "total"] + ["total"]
    if kind == "gauge" and unit == "1":
        words = [word for word in words if word != "ratio"] + ["ratio"]
    spelt = "_".join(words)
    return f"_{spelt}" if spelt[:1].isdigit() else spelt


def _unit_words(unit: str, words: list[str]) -> list[str]:
    """What a unit adds to a name: nothing that is in it already, and nothing for what stands in braces."""
    main, _, per = unit.partition("/")
    main = _in_braces_nothing(main)
    per = _in_braces_nothing(per)
    main = _cleaned(_UNITS.get(main, main))
    per = _cleaned(f"per_{_PER.get(per, per)}").removesuffix("_") if per else ""
    if main in words:
        main = ""
    if per == "per" or per in words:
        per = ""
    if per:
        main = main.removesuffix("_")
    return [word for word in (main, per) if word]


def _in_braces_nothing(unit: str) -> str:
    return "" if "{" in unit or "}" in unit else unit.strip()


def _cleaned(unit: str) -> str:
    return _NO_WORD.sub("_", unit).removeprefix("_")


def label_name(key: str) -> str:
    """The name of the label that an attribute becomes; empty for one that cannot be named, for which Prometheus refuses
    the whole export: it is left out.
    """
    return (_label_name if len(key) <= _REMEMBERED else _label_name.__wrapped__)(key)


@lru_cache(maxsize=4096)
def _label_name(key: str) -> str:
    spelt = _NOT_IN_LABEL.sub("_", key)
    if spelt[:1].isdigit():
        return f"key_{spelt}"
    if spelt.startswith("_") and not spelt.startswith("__"):
        return f"key{spelt}"
    return spelt if spelt.strip("_") else ""
