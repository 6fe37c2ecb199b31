"""Three minutes of traffic in which every fault occurs, those that stand as well."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.demo import system
from phoenix_dev.demo.faults import FAULTS
from phoenix_dev.demo.traffic import TrafficPlan, send
from phoenix_dev.usecases.demo import start_demo, stop_demo
from phoenix_dev.usecases.demo_faults import clear_faults, set_fault
from tests.live.provisioning.asking import Asked
from tests.live.provisioning.conftest import flat, measured_from_outside, value, with_infrastructure
from tests.live.provisioning.expecting import BOARDS, expect_answers, expect_counts
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.compose.by_hand import ByHand

_PLAN = TrafficPlan(seed=20260103, count=900, rate=5, faults=FAULTS, fault_every=3)
_GONE = 'min(up{service_name="tool-service"})'


@pytest.mark.long
def test_every_panel_tells_of_every_fault_and_the_numbers_are_right(stack: ByHand, tmp_path: Path) -> None:
    start = time.time()
    running = start_demo(tmp_path, stack.url("OTLP_HTTP")).system
    try:
        with_infrastructure(stack, tmp_path)
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(lambda: list(send(running, _PLAN)))
            set_fault(tmp_path, "not-ready", "llm-service")
            measured_from_outside(stack)
            set_fault(tmp_path, "gone", "tool-service")
            wait_until(lambda: value(stack, f"{_GONE} == bool 0"), 60, what="a service that does not answer")
            clear_faults(tmp_path)
            wait_until(lambda: value(stack, f"{_GONE} == bool 1"), 60, what="the service that is back")
            sent = sending.result()
        measured_from_outside(stack)
        counts = flat(system.counts(system.running(tmp_path)))
    finally:
        stop_demo(tmp_path)
    assert {one.fault for one in sent} == {"", *FAULTS}
    wait_until(lambda: stack.trace(sent[-1].trace_id), 30, what="the last request's trace")
    asked = Asked(stack, start, time.time())
    for file in BOARDS:
        expect_answers(file, asked)
    expect_counts(asked, counts)
