"""A proof as it is shown."""

from __future__ import annotations

from phoenix_dev.model.proof import Hop, Proof
from phoenix_dev.render.output import json_text
from phoenix_dev.render.verify import hop_line, proof_json

HOPS = (
    Hop("trace", "the trace is read by its ID", "proven", 210_000_000, "2 spans"),
    Hop(
        "log",
        "the log is read by the trace ID",
        "failed",
        30_000_000_000,
        "there is no log '\x1b[2J'",
        "phoenix-dev up",
    ),
    Hop("exemplar", "the measurement has its trace as an exemplar", "absent", None, "not here"),
)


def shown(hop: Hop, *, width: int = 80, clip: bool = True) -> str:
    return hop_line(hop, width=width, clip=clip).plain


def test_a_hop_is_a_sign_a_time_and_what_was_found() -> None:
    assert shown(HOPS[0]) == "✓ the trace is read by its ID                         210 ms  2 spans"
    assert shown(HOPS[1], clip=False).split("  ")[-1] == r"there is no log '\x1b[2J'"
    assert shown(HOPS[2]).startswith("· the measurement has its trace as an exemplar ")


def test_nothing_raw_and_nothing_too_wide_reaches_the_terminal() -> None:
    assert "\x1b" not in shown(HOPS[1], clip=False)
    assert all(len(shown(hop, width=60)) <= 60 for hop in HOPS)


def test_json_has_every_hop() -> None:
    told = proof_json(Proof("a" * 32, "corr-1", "req-1", HOPS))
    json_text(told)
    assert told["proven"] is False
    assert [hop["duration_ms"] for hop in told["hops"]] == [210.0, 30_000.0, None]
    assert [hop["state"] for hop in told["hops"]] == ["proven", "failed", "absent"]
