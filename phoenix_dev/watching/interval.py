"""How often a rule is evaluated: one that looks a day back costs more to evaluate, and changes more slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.promql.nodes import Aggregate, Binary, Call, Negation, RangeSelector, Selector, Subquery

if TYPE_CHECKING:
    from phoenix_dev.promql.nodes import Node

#: A window that is looked at is so many times as long as the time between two looks.
_LOOKS = 720
#: What must hold for a time is looked at so often in that time.
_WITHIN = 4


def every_ms(node: Node, for_s: float, least_ms: int) -> int:
    """The time between two evaluations of an expression that must hold for `for_s` seconds."""
    wanted = max(least_ms, reach_ms(node) // _LOOKS)
    return max(least_ms, min(wanted, int(for_s * 1000) // _WITHIN)) if for_s else wanted


def reach_ms(node: Node) -> int:
    """How far back an expression looks."""
    match node:
        case Selector():
            return max(0, node.when.offset_ms)
        case RangeSelector():
            return node.range_ms + max(0, node.selector.when.offset_ms)
        case Subquery():
            return node.range_ms + max(0, node.when.offset_ms) + reach_ms(node.expression)
        case Negation() | Aggregate():
            return reach_ms(node.expression)
        case Binary():
            return max(reach_ms(node.left), reach_ms(node.right))
        case Call():
            return max(map(reach_ms, node.arguments), default=0)
    return 0
