"""The table of figures: for the terminal, for docs/results.md, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.figure import Figure

_HEAD = ("figure", "measured", "target", "limit", "ratio", "")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def plain(figures: Sequence[Figure]) -> list[str]:
    """Lines for a terminal of 100 columns; what each limit is stands below."""
    rows = [_HEAD, *_rows(figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_aligned(row, widths) for row in rows]
    lines.insert(1, "─" * max(len(line) for line in lines))
    return [*lines, "", *(f"{letter}  {what}" for what, letter in _limits(figures).items())]


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


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers, verdict = row
    cells = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=False)]
    return "  ".join([first.ljust(widths[0]), *cells, verdict]).rstrip()
