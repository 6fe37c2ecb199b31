"""and, or, unless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.promql.matching import by_signature, present, signature_of
from phoenix_dev.promql.rows import Row, united

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from phoenix_dev.promql.nodes import Matching
    from phoenix_dev.promql.rows import Vector


def _presence(rows: Vector, matching: Matching) -> dict[Hashable, list[bool]]:
    """At which steps there is any series, by what series that belong together have in common."""
    return {signature: present(group) for signature, group in by_signature(rows, matching).items()}


def _filtered(rows: Vector, others: Vector, matching: Matching, *, where: bool) -> Vector:
    """The values at steps at which the other side has one too (`where`), or has none."""
    there, signature = _presence(others, matching), signature_of(matching)
    found: Vector = []
    for row in rows:
        steps = there.get(signature(row.labels))
        if steps is None:
            found += [] if where else [row]
            continue
        values = [value if other is where else None for value, other in zip(row.values, steps, strict=True)]
        if any(value is not None for value in values):
            found.append(Row(row.labels, values))
    return found


def both(left: Vector, right: Vector, matching: Matching) -> Vector:
    """The series on the left for which there are some on the right."""
    return _filtered(left, right, matching, where=True)


def without(left: Vector, right: Vector, matching: Matching) -> Vector:
    """The series on the left for which there are none on the right."""
    return _filtered(left, right, matching, where=False)


def either(left: Vector, right: Vector, matching: Matching) -> Vector:
    """The series on the left, and those on the right for which there are none on the left."""
    return united([*left, *_filtered(right, left, matching, where=False)])


SET_OPERATORS: dict[str, Callable[[Vector, Vector, Matching], Vector]] = {"and": both, "unless": without, "or": either}
