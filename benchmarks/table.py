"""The table of figures: for the terminal, for docs/results.md, as JSON."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.figure import Figure

_HEAD = ("figure", "measured", "target", "limit", "ratio", "")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def plain(figures: Sequence[Figure], width: int) -> list[str]:
    """Lines for a terminal of so many columns; what each limit is stands below. Where there is no room for the limits'
    own numbers, the ratios tell them.
    """
    rows = [_HEAD, *_rows(figures)]
    lines = _aligned(rows)
    if max(map(len, lines)) > width:
        lines = _aligned([_without_limit(row) for row in rows])
    lines.insert(1, "─" * max(map(len, lines)))
    told = (
        textwrap.wrap(f"{letter}  {what}", width, subsequent_indent="   ") for what, letter in _limits(figures).items()
    )
    return [*lines, "", *(line for lines in told for line in lines)]


def markdown(figures: Sequence[Figure]) -> list[str]:
    """The same as Markdown."""
    rows = [
        "| " + " | ".join(row) + " |"
        for row in (_HEAD, ("---", "---:", "---:", "---:", "---:", "---"), *_rows(figures))
    ]
    return [
        *rows,
        "",
        "Limits, measured in the same run:",
        "",
        *(f"- {letter}: {what}" for what, letter in _limits(figures).items()),
    ]


def as_json(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Every field of every figure, its ratio and its verdict."""
    return [{**asdict(figure), "ratio": figure.ratio, "verdict": figure.verdict} for figure in figures]


def _rows(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    letters = _limits(figures)
    return [
        (
            figure.name,
            f"{_number(figure.value)} {figure.unit}",
            "" if figure.target is None else f"{'≥' if figure.better == 'higher' else '≤'} {_number(figure.target)}",
            "" if figure.limit_value is None else f"{_number(figure.limit_value)} {letters[figure.limit_name]}",
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.verdict,
        )
        for figure in figures
    ]


def _limits(figures: Sequence[Figure]) -> dict[str, str]:
    names = dict.fromkeys(figure.limit_name for figure in figures if figure.limit_value is not None)
    return dict(zip(names, _LETTERS, strict=False))


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _without_limit(row: tuple[str, ...]) -> tuple[str, ...]:
    *cells, limit, ratio, verdict = row
    return *cells, f"{ratio} {limit.split()[-1]}" if limit and ratio[:1].isdigit() else ratio, verdict


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first and the last column from the left, numbers from the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *numbers, last in rows:
        cells = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=False)]
        lines.append("  ".join([first.ljust(widths[0]), *cells, last]).rstrip())
    return lines
