"""How much memory the real stack takes while nothing is sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.docker import MIB, as_they_come, memory, needs_docker
from benchmarks.figure import Figure
from benchmarks.real_stack import PARTS, real_stack

if TYPE_CHECKING:
    from benchmarks.bench import Bench

_LIMIT = "the same images as they come, without a configuration of ours, as long after their start"
#: What starting took is given back by then (seconds); from then on the most of some looks counts.
_IDLE_S = 20
_LOOKS = 5


@needs_docker
def stack_memory(bench: Bench) -> tuple[Figure, ...]:
    """What the containers hold together, as `docker stats` counts it."""
    bench.say("the real stack: memory idle")
    with real_stack(bench.home("stack-memory")) as stack:
        stack.up()
        # The inbox is a program of ours: its image as it comes is Python, which ends at once.
        with as_they_come(*((part, ()) for part in PARTS if not part.beside)) as bare:
            time.sleep(bench.few(_IDLE_S))
            ours = stack.containers()
            looks = [(memory(ours), memory(bare)) for _ in range(bench.few(_LOOKS))]
    most, limit = (max(column) / MIB for column in zip(*looks, strict=True))
    return (Figure("stack: memory idle, five parts", most, "MiB", 250, "lower", _LIMIT, limit),)
