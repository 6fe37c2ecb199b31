"""A proof, a line a hop: a sign, how long it took, what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phoenix_dev.model.quantity import duration
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds
from phoenix_dev.render.line import ENDLESS, Line

if TYPE_CHECKING:
    from rich.text import Text

    from phoenix_dev.model.proof import Hop, HopState, Proof

_SIGNS: dict[HopState, tuple[str, str]] = {
    "proven": ("✓", style.OK),
    "failed": ("✗", style.ERROR),
    "absent": ("·", style.DIM),
    "untried": ("·", style.DIM),
}
#: Cells of the longest of what is tried, and of a duration.
_WHAT, _TIME = 49, 8


def hop_line(hop: Hop, *, width: int, clip: bool) -> Text:
    """The line of a hop."""
    sign, colour = _SIGNS[hop.state]
    line = Line(width if clip else ENDLESS).add(f"{sign} ", colour)
    line.add(f"{hop.what:{_WHAT}}", "" if hop.state in ("proven", "failed") else style.DIM)
    took = "" if hop.duration_ns is None else duration(hop.duration_ns)
    line.add(f" {took:>{_TIME}}")
    return line.add(
        f"  {hop.detail}" if hop.detail else "", style.FAILED if hop.state == "failed" else style.DIM
    ).text()


def proof_json(proof: Proof) -> dict[str, Any]:
    """`verify --json`."""
    return {
        "proven": not proof.failed,
        "trace_id": proof.trace_id,
        "correlation_id": proof.correlation_id,
        "request_id": proof.request_id,
        "hops": [
            {
                "name": hop.name,
                "what": hop.what,
                "state": hop.state,
                "duration_ms": None if hop.duration_ns is None else milliseconds(hop.duration_ns),
                "detail": hop.detail,
                "hint": hop.hint,
            }
            for hop in proof.hops
        ],
    }
