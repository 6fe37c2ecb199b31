"""The texts of alerts: what of a template Prometheus knows is used here, and the same is made of it.

A template is text with `{{ $labels.NAME }}` and `{{ $value }}` in it, the latter with a formatter if need be
(`{{ $value | humanizePercentage }}`). Formatters do what those of Prometheus do (template/template.go).
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.signals.indicator import Unit

_PLACE = re.compile(
    r"""\{\{\s*\$(?:labels\.(?P<label>[a-zA-Z_]\w*)|value(?:\s*\|\s*(?P<how>\w+(?:[ ]"[^"{}]*")?))?)\s*\}\}""", re.ASCII
)
_BARE_VALUE = re.compile(r"\{\{\s*\$value\s*\}\}")
_LARGE = ("k", "M", "G", "T", "P", "E", "Z", "Y")
_SMALL = ("m", "u", "n", "p", "f", "a", "z", "y")
#: How a value of each unit stands in a template.
_BY_UNIT: Mapping[Unit, str] = {
    "ratio": "{{ $value | humanizePercentage }}",
    "s": "{{ $value | humanizeDuration }}",
    "count": "{{ $value | humanize }}",
    "per_s": '{{ $value | printf "%.2f" }}/s',
    "bytes": "{{ $value | humanize1024 }}B",
    "bool": "{{ $value | humanize }}",
}


def in_unit(template: str, unit: Unit) -> str:
    """A template in which `{{ $value }}` has the formatter of its unit."""
    return _BARE_VALUE.sub(lambda _: _BY_UNIT[unit], template)


def rendered(template: str, labels: Mapping[str, str], value: float) -> str:
    """The text that Prometheus makes of a template. A label that is not there is empty.

    What a label holds is put in as it is and not read again: whoever shows the text makes it visible.
    """

    def in_place(place: re.Match[str]) -> str:
        return labels.get(place["label"], "") if place["label"] else _FORMATTERS[place["how"]](value)

    return _PLACE.sub(in_place, template)


def worded(value: float, unit: Unit) -> str:
    """A value as an alert's text shows it: `5%`, `500ms`, `1.2k`."""
    return rendered(_BY_UNIT[unit], {}, value)


def why_wrong(template: str) -> str:
    """What of a template Prometheus would refuse, or would do and the embedded engine would not; empty for nothing."""
    at = template.find("{{")
    while at >= 0:
        place = _PLACE.match(template, at)
        if place is None:
            return "'{{' begins neither '{{ $labels.NAME }}' nor '{{ $value }}'"
        if place["how"] not in _FORMATTERS:
            return f"'{place['how']}' is no formatter: {', '.join(name for name in _FORMATTERS if name)}"
        at = template.find("{{", place.end())
    return ""


def humanize(value: float) -> str:
    """`1.5k`, `20m`, in steps of a thousand."""
    if value == 0 or not math.isfinite(value):
        return _four(value)
    return _scaled(value, 1000.0, _LARGE) if abs(value) >= 1 else _fraction(value)


def humanize1024(value: float) -> str:
    """`1.5Ki`, in steps of 1024; what is below 1 stays as it is."""
    if abs(value) <= 1 or not math.isfinite(value):
        return _four(value)
    return _scaled(value, 1024.0, ("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"))


def humanize_percentage(value: float) -> str:
    """`5%` for 0.05."""
    return f"{_four(value * 100)}%"


def humanize_duration(seconds: float) -> str:
    """`550ms`, `1.5s`, `2m 5s`, `1d 0h 0m 10s`."""
    if not math.isfinite(seconds):
        return _four(seconds)
    if seconds == 0:
        return "0s"
    if abs(seconds) < 1:
        return f"{_fraction(seconds)}s"
    if abs(seconds) < 60:
        return f"{_four(seconds)}s"
    whole = int(abs(seconds))
    parts = [(whole // 86_400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "m"), (whole % 60, "s")]
    first = next(index for index, (number, _) in enumerate(parts) if number)
    return ("-" if seconds < 0 else "") + " ".join(f"{number}{unit}" for number, unit in parts[first:])


def two_places(value: float) -> str:
    """`0.50`."""
    return f"{value:.2f}" if math.isfinite(value) else _four(value)


def plain(value: float) -> str:
    """A number as Go prints one (%v): as few digits as tell it apart, with an exponent below 1e-4 and from 1e6 on."""
    if not math.isfinite(value):
        return _four(value)
    digits, _, exponent = f"{Decimal(repr(value)):e}".partition("e")
    power = int(exponent)
    if value == 0 or -4 <= power < 6:
        return f"{value:.0f}" if value == math.trunc(value) else f"{Decimal(repr(value)):f}"
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}e{power:+03}"


def _four(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return f"{value:+.4g}".replace("inf", "Inf") if math.isinf(value) else f"{value:.4g}"


def _scaled(value: float, step: float, prefixes: tuple[str, ...]) -> str:
    used = ""
    for prefix in prefixes:
        if abs(value) < step:
            break
        used, value = prefix, value / step
    return _four(value) + used


def _fraction(value: float) -> str:
    used = ""
    for prefix in _SMALL:
        if abs(value) >= 1:
            break
        used, value = prefix, value * 1000
    return _four(value) + used


_FORMATTERS = {
    None: plain,
    "humanize": humanize,
    "humanize1024": humanize1024,
    "humanizePercentage": humanize_percentage,
    "humanizeDuration": humanize_duration,
    'printf "%.2f"': two_places,
}
