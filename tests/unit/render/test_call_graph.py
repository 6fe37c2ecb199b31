"""Who calls whom, as it stands on a terminal and in JSON."""

from __future__ import annotations

from itertools import pairwise

from rich.cells import cell_len

from phoenix_dev.model.system import Call, Latency, ServiceFigures, System
from phoenix_dev.render.call_graph import graph_json, graph_legend, graph_lines
from tests.unit.render.hostile import HOSTILE
from tests.unit.render.samples import T0

MS = 1_000_000
MINUTE = 60_000 * MS


def took(ms: int) -> Latency:
    return Latency(ms // 2 * MS, ms * MS, 2 * ms * MS)


def one(service: str, requests: int, errors: int = 0, ms: int = 10) -> ServiceFigures:
    return ServiceFigures(service, requests, errors, took(ms) if requests else None, (), ())


SYSTEM = System(
    services=(
        one("api-gateway", 120, 3, 310),
        one("data-router", 120, 0, 48),
        one("knowledge-base", 240, 0, 51),
        one("llm-service", 130, 12, 902),
        one("metrics-only", 0),
        one("orchestrator", 120, 3, 290),
    ),
    calls=(
        Call("api-gateway", "orchestrator", 120, 3, took(290)),
        Call("data-router", "knowledge-base", 120, 0, took(51)),
        Call("llm-service", "knowledge-base", 120, 0, took(40)),
        Call("knowledge-base", "data-router", 2, 0, took(1)),
        Call("orchestrator", "data-router", 118, 0, took(48)),
        Call("orchestrator", "llm-service", 130, 12, took(902)),
    ),
    traces=120,
    since_ns=T0 - MINUTE,
    until_ns=T0,
    truncated=True,
)


def test_each_call_stands_below_its_caller_within_80_columns() -> None:
    assert [line.plain for line in graph_lines(SYSTEM, width=80)] == [
        "SERVICE                       CALLS      RATE    FAILED      P95",
        "api-gateway                     120       2/s   ✗ 2.5 %   310 ms",
        "└ orchestrator                  120       2/s   ✗ 2.5 %   290 ms",
        "  ├ llm-service                 130    2.17/s  ✗ 9.23 %   902 ms",
        "  │ └ knowledge-base            120       2/s         0    40 ms",
        "  │   └ data-router               2     2/min         0     1 ms",
        "  │     └ knowledge-base ↻      120       2/s         0    51 ms",
        "  └ data-router ↑               118    1.97/s         0    48 ms",
        "metrics-only                      –         –         –        –",
    ]
    assert list(graph_legend(SYSTEM)) == [
        "↑ its own calls stand above",
        "↻ a circle: it leads back to where it came from",
        "drawn from the newest 120 traces: they cover 1m 00s",
    ]


def test_json_has_the_same_calls_and_figures() -> None:
    found = graph_json(SYSTEM)
    assert len(found["calls"]) == len(SYSTEM.calls)
    assert found["calls"][-1] == {
        "caller": "orchestrator",
        "callee": "llm-service",
        "count": 130,
        "errors": 12,
        "rate_per_s": 130 / 60,
        "error_ratio": 12 / 130,
        "p50_ms": 451.0,
        "p95_ms": 902.0,
        "p99_ms": 1804.0,
    }
    assert (found["since"], found["traces"], found["truncated"]) == ("2026-10-05T04:04:06.000000000Z", 120, True)
    quiet = next(one for one in found["services"] if one["service"] == "metrics-only")
    assert (quiet["count"], quiet["error_ratio"], quiet["p95_ms"]) == (0, None, None)


def test_names_of_any_kind_and_length_stay_on_their_line() -> None:
    names = [f"{number}{text}{'x' * 90}" for number, text in enumerate(HOSTILE)]
    calls = tuple(Call(*pair, 1, 0, took(1)) for pair in pairwise(names))
    deep = System(tuple(one(name, 1) for name in names), calls, 1, 0, MINUTE, False)
    lines = [line.plain for line in graph_lines(deep, width=80)]
    assert len(lines) == len(names) + 1
    assert all(line.isprintable() and cell_len(line) <= 80 for line in lines)


def test_a_system_of_nothing_has_no_lines() -> None:
    assert list(graph_lines(System((), (), 0, 0, 1, False), width=80)) == []
