"""What was measured, as it stands on a terminal and in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from phoenix_dev.model.figures import Figure, FigureGroup, FigureRow, Figures
from phoenix_dev.model.series import Evaluated, Series
from phoenix_dev.render.metrics import metric_lines, metrics_json
from phoenix_dev.render.series import evaluated_json, series_lines
from tests.unit.render.hostile import HOSTILE
from tests.unit.render.samples import T0

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.unit import Unit

SECOND = 10**9
UNITS: dict[str, Unit] = {
    "rate": "per_s",
    "error": "ratio",
    "hit": "ratio",
    "p50": "s",
    "p95": "s",
    "p99": "s",
    "cpu": "ratio",
    "memory": "bytes",
}


def row(labels: dict[str, str], courses: Mapping[str, tuple[float | None, ...]], **values: float) -> FigureRow:
    figures = {key: Figure(UNITS.get(key, "count"), value, courses.get(key, ())) for key, value in values.items()}
    return FigureRow(labels, figures)


RISING = {"rate": (0.0, 1.0, 2.0, 4.0), "p95": (None, 0.1, 0.2, 0.9)}
BUSY = row(
    {"service_name": "api-gateway"}, RISING, requests=120, errors=3, rate=2.0, error=0.025, p50=0.1, p95=0.31, p99=1.24
)
CALM = row(
    {"service_name": "llm-service"}, {}, requests=4, errors=0, rate=1 / 15, error=0, p50=0.01, p95=0.02, p99=0.02
)
FIGURES = Figures(
    service="",
    since_ns=T0 - 60 * SECOND,
    until_ns=T0,
    window_ns=60 * SECOND,
    times_ns=tuple(T0 - back * 15 * SECOND for back in (3, 2, 1, 0)),
    groups=(
        FigureGroup("services", "Service", (BUSY, CALM)),
        FigureGroup(
            "llm",
            "LLM",
            (
                row(
                    {"gen_ai_request_model": "phoenix-small"},
                    {},
                    requests=4,
                    errors=1,
                    rate=1 / 15,
                    error=0.25,
                    p50=0.9,
                    p95=0.9,
                    p99=0.9,
                    input_tokens=2154,
                    output_tokens=385,
                ),
            ),
        ),
        FigureGroup(
            "caches", "Cache", (row({"cache_name": "answers"}, {"hit": (0.5, 1.0)}, requests=60, rate=1.0, hit=0.75),)
        ),
        FigureGroup(
            "breakers",
            "Circuit breaker",
            (
                row({"service_name": "orchestrator", "breaker": "llm"}, {"state": (0, 2)}, state=2, transitions=3),
                row({"service_name": "orchestrator", "breaker": "tool"}, {}, state=0, transitions=0),
            ),
        ),
        FigureGroup(
            "processes",
            "Process",
            (row({"service_name": "api-gateway"}, {}, cpu=0.034, memory=41_200_000.0, connections=2),),
        ),
    ),
)


def test_each_kind_has_its_table_within_80_columns() -> None:
    lines = [line if isinstance(line, str) else line.plain for line in metric_lines(FIGURES, width=80)]
    assert lines == [
        "SERVICE            RATE               FAILED     P50     P95                 P99",
        "api-gateway         2/s ▁▃▅█         ✗ 2.5 %  100 ms  310 ms  ▂▃█         1.24 s",
        "llm-service       4/min                    0   10 ms   20 ms               20 ms",
        "",
        "LLM                RATE               FAILED     P50     P95                 P99",
        "phoenix-small     4/min               ✗ 25 %  900 ms  900 ms              900 ms",
        "  2,154 tokens in, 385 tokens out",
        "",
        "CACHE              RATE                             HITS",
        "answers             1/s                             75 % ▅█",
        "",
        "CIRCUIT BREAKER         STATE                                 CHANGES",
        "orchestrator llm       ✗ open ▁█                                    3",
        "orchestrator tool    ● closed                                       0",
        "",
        "PROCESS             CPU                                  MEMORY   CONN",
        "api-gateway       3.4 %                                 41.2 MB      2",
    ]


def test_json_has_every_figure_with_its_unit_and_its_course() -> None:
    found = metrics_json(FIGURES)
    assert found["times"][-1] == found["until"] == "2026-10-05T04:05:06.000000000Z"
    assert found["services"][0] == {
        "service": "api-gateway",
        "requests": 120,
        "errors": 3,
        "rate_per_s": 2.0,
        "error_ratio": 0.025,
        "p50_ms": 100.0,
        "p95_ms": 310.0,
        "p99_ms": 1240.0,
        "course": {"rate_per_s": [0.0, 1.0, 2.0, 4.0], "p95_ms": [None, 100.0, 200.0, 900.0]},
    }
    assert [(one["breaker"], one["state"]) for one in found["breakers"]] == [("llm", "open"), ("tool", "closed")]
    assert found["llm"][0]["model"] == "phoenix-small"
    assert found["caches"][0]["hit_ratio"] == 0.75
    assert found["processes"][0]["memory_bytes"] == 41_200_000.0


def test_names_of_any_kind_stay_on_their_line_and_are_whole_where_nothing_is_cut() -> None:
    rows = tuple(row({"service_name": text + "x" * 99}, RISING, rate=1.0, p95=0.1) for text in HOSTILE)
    found = Figures("", 0, T0, SECOND, (), (FigureGroup("services", "Service", rows),))
    for width, clip in ((80, True), (40, True), (80, False)):
        lines = [line if isinstance(line, str) else line.plain for line in metric_lines(found, width=width, clip=clip)]
        assert len(lines) == 1 + len(rows)
        assert all(line.isprintable() for line in lines)
        assert all(cell_len(line) <= width or not clip for line in lines)
        assert clip or all("x" * 99 in line for line in lines[1:])


def test_series_have_a_line_each_and_what_tells_them_apart_first() -> None:
    found = [
        Series({"__name__": "state", "job": "a", "zone": "b", "state": "open"}, ((T0, 1.0),)),
        Series({"__name__": "state", "job": "a", "zone": "b", "state": "closed"}, ((T0, float("nan")),)),
        Series({}, ((T0, 0.25),)),
    ]
    assert [line.plain for line in series_lines(found, width=80)] == [
        "    VALUE  SERIES",
        '        1  state{state="open", zone="b", job="a"}',
        '      NaN  state{state="closed", zone="b", job="a"}',
        "     0.25  {}",
    ]
    paths = [
        Series({"host": f"a-long-name-{number // 2}", "path": f"/{number}", "pod": str(number // 2)}, ((T0, 1.0),))
        for number in range(4)
    ]
    lines = [line.plain for line in series_lines(paths, width=80)]
    assert lines[1] == '        1  {path="/0", pod="0", host="a-long-name-0"}'


def test_a_series_over_time_has_its_course_with_last_least_and_most() -> None:
    series = Series({"service_name": "web"}, tuple((T0 + at * SECOND, float(at)) for at in range(8)))
    assert [line.plain for line in series_lines([series], width=80)] == [
        "     LAST       MIN       MAX                        SERIES",
        '        7         0         7  ▁▃▄▅▆▇██              {service_name="web"}',
    ]
    (found,) = evaluated_json(Evaluated("up", T0 + 7 * SECOND, (series,), T0, SECOND))["series"]
    assert found["labels"] == {"service_name": "web"}
    assert found["samples"][1] == ["2026-10-05T04:05:07.000000000Z", 1.0]


def test_values_that_json_cannot_say_are_texts() -> None:
    numbers = tuple(float(text) for text in ("nan", "inf", "-inf"))
    series = Series({"a": "b"}, tuple((T0, number) for number in numbers))
    (found,) = evaluated_json(Evaluated("up[1m]", T0, (series,)))["series"]
    assert [value for _, value in found["samples"]] == ["NaN", "Infinity", "-Infinity"]


def test_labels_of_series_are_shown_visible() -> None:
    found = [Series({"__name__": text or "x", "label": text}, ((T0, 1.0),)) for text in HOSTILE]
    lines = [line.plain for line in series_lines(found, width=60, clip=False)]
    assert all(line.isprintable() for line in lines)
