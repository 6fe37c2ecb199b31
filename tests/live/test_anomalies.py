"""`anomalies` through Loki: what was planted among many lines is found there, too."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from benchmarks.log_story import BASELINE, PLANTED, SERVICES, Story, exports
from phoenix_dev.usecases.anomalies import find_anomalies
from tests import otlp
from tests.otlp import SECOND
from tests.waiting import least, wait_until

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from tests.live.compose.by_hand import ByHand

#: How long the stack may take to make readable what was sent (seconds).
_READABLE = 60
#: In which lines that were read have been compared, however many of these tests it is (seconds).
_SOON_S = 10.0


def lines_in_loki(stack: ByHand, story: Story) -> int:
    """Counted by Loki itself, over all that the story may be spread over."""
    query = f'sum(count_over_time({{service_name=~".+{story.mark}"}}[2h]))'
    found = stack.http.get(f"{stack.url('LOKI')}/loki/api/v1/query", params={"query": query}).json()["data"]["result"]
    return int(found[0]["value"][1]) if found else 0


@pytest.mark.parametrize("lines", [20_000, pytest.param(200_000, marks=pytest.mark.long)])
def test_what_was_planted_comes_first(stack: ByHand, stores: Stores, lines: int) -> None:
    story = Story(lines, time.time_ns() - SECOND, mark=f"-{otlp.new_span_id()}")
    sent = story.lines()
    for export in exports(sent, 10_000):
        stack.send("logs", export)
    wait_until(lambda: lines_in_loki(stack, story) == len(sent), _READABLE, what="all lines in Loki")
    services = frozenset(service + story.mark for service in SERVICES)
    reports = []

    def comparing_s() -> float:
        told = find_anomalies(stores.logs, story.since_ns, story.until_ns, BASELINE, services=services)
        print(f"\n{lines:,} lines: read in {told.reading_ns / 1e9:.1f} s, compared in {told.comparing_ns / 1e9:.1f} s")
        reports.append(told)
        return told.comparing_ns / 1e9

    took = least(comparing_s, _SOON_S)
    told = reports[-1]
    assert {(one.kind, one.template) for one in told.anomalies[:5]} >= PLANTED
    assert told.lines == len(sent)
    assert took <= _SOON_S, (
        f"{took:.1f} s at best, again and again for a minute: is the machine busy with something else?"
    )
